"""A streamed body is the text that it says, and everything else in it once."""

import json
from collections.abc import Callable

import pytest

from mappings.body_text.assembly import BREAK
from mappings.body_text.kinds import text_of
from tests.support import streams
from tests.support.streams import (
    CALL,
    TEXT_STREAMS,
    TOOL_STREAMS,
    anthropic_blocks,
    anthropic_text,
    chat_chunks,
    completed,
    cut_into,
    json_lines,
    openai_chat,
    openai_chat_choices,
    openai_chat_tools,
    openai_responses,
    plain_events,
    responses_deltas,
    server_sent_events,
    unheard_of,
)

SAID = 'The rollback finished: "账户余额不足"。\nSee C:\\new\\table 🙂'
PIECES = cut_into(SAID, 3)


def texts(body: str) -> list[str]:
    """Return the texts of a stream, and last all names and values."""
    return text_of(body).split(BREAK)


@pytest.mark.parametrize("build", TEXT_STREAMS.values(), ids=TEXT_STREAMS)
def test_the_pieces_of_every_provider_are_put_together(build: Callable[[list[str]], str]) -> None:
    assert text_of(build(PIECES)).count(SAID) == 1


@pytest.mark.parametrize("build", TOOL_STREAMS.values(), ids=TOOL_STREAMS)
def test_the_arguments_of_a_tool_call_are_put_together_and_decoded(build: Callable[[list[str]], str]) -> None:
    arguments = json.dumps({"path": "a.py", "content": "import os\nconnect_pool()"})

    assert texts(build(cut_into(arguments, 5)))[0] == '{"path": "a.py", "content": "import os\nconnect_pool()"}'


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning", "refusal"])
def test_a_chat_says_more_than_its_content(name: str) -> None:
    assert texts(openai_chat(PIECES, name))[0] == SAID


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("reasoning_summary_text", "text"),
        ("reasoning_text", "text"),
        ("refusal", "refusal"),
        ("function_call_arguments", "arguments"),
        ("custom_tool_call_input", "input"),
        ("mcp_call_arguments", "arguments"),
        ("code_interpreter_call_code", "code"),
        ("audio_transcript", "transcript"),
    ],
)
def test_a_response_says_more_than_its_output(kind: str, name: str) -> None:
    assert text_of(openai_responses(PIECES, kind, name)).count(SAID) == 1


def test_choices_that_take_turns_are_texts_of_their_own() -> None:
    found = texts(openai_chat_choices(["Hel", "lo the", "re"], ["Goo", "dby", "e"]))

    assert found[:-1] == ["Hello there", "Goodbye"]


def test_tool_calls_of_one_choice_are_texts_of_their_own() -> None:
    found = texts(openai_chat_tools(("find", ['{"a":', '"b"}']), ("open", ['{"c', '":1}'])))

    assert found[:-1] == ['{"a":"b"}', '{"c":1}']
    assert all(word in found[-1] for word in ("find", "open", f"{CALL}0", f"{CALL}1"))


def test_blocks_of_one_message_are_texts_of_their_own() -> None:
    thinking = [{"type": "thinking_delta", "thinking": piece} for piece in ("Let me ", "see")]
    said = [{"type": "text_delta", "text": piece} for piece in ("y one", "!")]

    found = texts(
        anthropic_blocks(({"type": "thinking", "thinking": ""}, thinking), ({"type": "text", "text": "An"}, said))
    )

    assert found[:-1] == ["Let me see", "Any one!"]


def test_thoughts_and_answers_at_one_place_are_texts_of_their_own() -> None:
    chunks = streams.gemini_chunks(["Let me ", "see"], {"thought": True}) + streams.gemini_chunks(["Any", "one"])

    assert texts(server_sent_events(chunks))[:-1] == ["Let me see", "Anyone"]


def test_what_is_the_same_in_every_chunk_is_there_once() -> None:
    found = text_of(openai_chat(["a", "b", "c"] * 100))

    assert texts(openai_chat(["a", "b", "c"] * 100))[-1].splitlines() == [
        "data:",
        "id: chatcmpl-B9MHDbslfk",
        "object: chat.completion.chunk",
        "created: 1741570283",
        "model: gpt-4o-2024-08-06",
        "system_fingerprint: fp_50cad350e4",
        "choices:",
        "index: 0",
        "delta:",
        "role: assistant",
        "content:",
        "logprobs:",
        "finish_reason: null",
        "finish_reason: stop",
        "usage:",
        "prompt_tokens: 31",
        "completion_tokens: 17",
        "total_tokens: 48",
        "data: [DONE]",
    ]
    assert len(found) < 700


def test_the_last_chunk_alone_says_it_too() -> None:
    assert f"text: {SAID}" in text_of(server_sent_events([completed(SAID)]))


def test_counters_padding_and_numbers_of_tokens_are_left_out() -> None:
    numbers = {"content": [{"token": "wor", "logprob": -0.31, "bytes": [119, 111, 114]}]}
    chunk = next(chat_chunks([{"content": "wor"}]))
    chunk["choices"][0]["logprobs"] = numbers
    found = text_of(server_sent_events([chunk, *responses_deltas("output_text", PIECES, {"item_id": "i"})]))

    assert "logprobs:" in found
    assert not any(noise in found for noise in ("0.31", "119", "q7ZkP", " 17\n"))


def test_a_value_that_is_repeated_with_every_chunk_is_no_text() -> None:
    body = server_sent_events({"provider": "acme", "delta": {"content": piece}} for piece in "ab")

    assert texts(body) == ["ab", "data:\nprovider: acme\ndelta:\ncontent:"]


def test_values_of_an_unknown_kind_are_found_put_together_and_alone() -> None:
    found = text_of(server_sent_events([{"stage": "retrieving"}, {"stage": "ranking"}]))

    assert "retrievingranking" in found
    assert "stage: retrieving\nstage: ranking" in found


def test_the_text_so_far_in_every_chunk_is_searched_once() -> None:
    found = text_of(unheard_of(["The", "The rollback", "The rollback fin", "The rollback finished"]))

    assert found.count("The rollback") == 1


def test_a_text_that_repeats_its_beginning_is_not_taken_for_the_text_so_far() -> None:
    assert texts(openai_chat(["ha", "haha", "hahaha"]))[0] == "hahahahahaha"


@pytest.mark.parametrize(
    "chunk",
    [
        '{"Choices":[{"Delta":{"Role":"assistant","Content":%s}}]}',
        '{"contentBlockDelta":{"delta":{"text":%s},"contentBlockIndex":0}}',
        '{"type":"text-delta","id":"0","delta":%s}',
        '{"type":"tool-input-delta","toolCallId":"c1","inputTextDelta":%s}',
        '{"object":"thread.message.delta","delta":{"content":[{"index":0,"type":"text","text":{"value":%s}}]}}',
        '{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":%s}]}}]}',
        '{"index":3,"token":{"id":5,"text":%s,"logprob":-0.5},"generated_text":null}',
        '{"completion":%s,"stop_reason":null}',
        '{"event":"message","answer":%s,"task_id":"t"}',
        '{"result":%s,"is_end":false}',
    ],
)
def test_streams_with_the_same_habits_are_put_together(chunk: str) -> None:
    body = "".join(f"data: {chunk % json.dumps(piece)}\n\n" for piece in PIECES)

    assert texts(body)[0] == SAID


def test_a_text_that_is_told_in_two_ways_is_searched_once() -> None:
    chunks = [
        {"choices": [{"message": {"content": "".join(PIECES[: number + 1])}, "delta": {"content": piece}}]}
        for number, piece in enumerate(PIECES)
    ]

    assert text_of(server_sent_events(chunks)).count("The ro") == 1


def test_quotations_of_one_answer_are_not_glued_together() -> None:
    deltas = [{"citation": {"cited_text": text}} for text in ("the first", "second one")]
    found = text_of(anthropic_blocks(({"type": "text", "text": ""}, deltas)))

    assert "cited_text: the first\ncited_text: second one" in found


# As it was written down


def chunks_of(pieces: list[str]) -> list[streams.Chunk]:
    return [json.loads(line[6:]) for line in openai_chat(pieces).split("\n\n") if line[6:7] == "{"]


def changed(old: str, new: str) -> str:
    return openai_chat(PIECES).replace(old, new)


@pytest.mark.parametrize(
    "body",
    [
        changed("\n", "\r\n"),
        changed("\n", "\r"),
        changed("\n\n", "\n"),
        changed("\n\n", ""),
        changed("data: ", "data:"),
        changed("data: ", ""),
        changed("\n\n", "\n\n: keep-alive\n\n"),
        "\ufeff" + openai_chat(PIECES),
        "\ufeff" + anthropic_text(PIECES).partition("\n\n")[2].replace("event: content_block_start\n", ""),
        "\ufeff" + streams.ollama_chat(PIECES),
        "\n \n" + openai_chat(PIECES),
        "HTTP/1.1 200 OK\r\nserver: x\r\n\r\n" + openai_chat(PIECES),
        openai_chat(PIECES, ascii_only=True),
        changed("data: [DONE]\n\n", ""),
        changed("data: {", 'data: {"p":"abcd",'),
        changed('{"id"', '{\ndata: "id"'),
        "".join(f"data: {json.dumps(chunk, separators=(' , ', ' : '))}\n\n" for chunk in chunks_of(PIECES)),
        json.dumps({"stream": openai_chat(PIECES)}),
        json.dumps(openai_chat(PIECES)),
        json.dumps(chunks_of(PIECES)),
    ],
)
def test_a_stream_is_read_however_it_was_kept(body: str) -> None:
    assert SAID in text_of(body)


def test_comments_fields_and_lines_before_the_stream_are_found_once() -> None:
    found = texts("HTTP/1.1 200 OK\n: OPENROUTER\nretry: 15\nid: e7\n" + anthropic_text(PIECES) + ": OPENROUTER\n")[-1]

    assert [found.count(word) for word in ("HTTP/1.1 200 OK", "OPENROUTER", "retry: 15", "id: e7")] == [1, 1, 1, 1]


def test_an_emoji_whose_halves_came_apart_is_put_together() -> None:
    halves = ["\ud83d", "\ude42"]

    assert texts(openai_chat(["a", *halves, "b"], ascii_only=True))[0] == "a🙂b"
    assert texts(openai_chat(halves, ascii_only=True))[0] == "🙂"


def test_a_line_end_within_a_string_does_not_cost_the_chunk() -> None:
    assert texts('data: {"delta":{"content":"a\tb"}}\n\ndata: {"delta":{"content":"c"}}')[0] == "a\tbc"


def test_the_name_of_an_event_tells_texts_apart_and_ends_with_the_event() -> None:
    named = [("message.delta", "Any"), ("message.delta", "one"), ("message.completed", "Anyone?"), ("", "else")]
    body = "".join((f"event: {name}\n" if name else "") + f'data: {{"content":"{text}"}}\n\n' for name, text in named)

    assert texts(body)[0] == "Anyone"
    assert "content: Anyone?\ncontent: else" in texts(body)[1]


def test_numbers_of_events_are_left_out_and_other_ids_are_not() -> None:
    found = texts(streams.dashscope(PIECES) + "id: e7\n")[-1]

    assert "id:\nevent: result" in found
    assert "id: e7" in found


def test_the_times_of_chunks_that_are_written_alike_are_left_out() -> None:
    found = texts(streams.ollama_chat(PIECES))[-1]

    assert "000000Z" in found
    assert "000009Z" not in found


@pytest.mark.parametrize("build", [*TEXT_STREAMS.values()], ids=TEXT_STREAMS)
def test_a_stream_that_was_cut_anywhere_is_read_as_far_as_it_goes(build: Callable[[list[str]], str]) -> None:
    body = build(PIECES)
    for end in range(len(body)):
        found = texts(body[:end])
        whole_pieces = [piece for piece in PIECES if json.dumps(piece, ensure_ascii=False)[1:-1] + '"' in body[:end]]

        assert all(piece.strip() in " ".join(found) for piece in whole_pieces[:3]), body[:end]


def test_the_last_piece_of_a_stream_that_was_cut_is_put_to_its_text() -> None:
    body = openai_chat(["The rollback fin", "ished as pl", "anned"])
    end = body.index("ished as pl") + len("ished")

    assert texts(body[:end])[0] == "The rollback finished"


def test_a_chunk_that_is_broken_costs_no_other_chunk() -> None:
    lines = openai_chat(["The ", "roll", "back ", "LOST", "fin", "ished"]).split("\n\n")
    broken = [line[:40] if "LOST" in line else line for line in lines]

    assert texts("\n".join(broken))[0] == "The rollback finished"
    assert texts("\n\n".join(broken))[0] == "The rollback finished"


def test_plain_data_is_put_together() -> None:
    assert texts(plain_events(["The roll", "back fin", "ished"]))[0] == "The rollback finished"


# No streams


def test_lines_of_json_that_are_documents_are_not_put_together() -> None:
    body = json_lines({"custom_id": str(number), "text": text} for number, text in enumerate(["first", "second"]))

    assert text_of(body) is body


@pytest.mark.parametrize(
    "body",
    [
        "",
        "data",
        "data: hello",
        "name: x\ndata: y\n",
        "the\ndata: is here",
        '[{"content": "first"}, {"content": "second"}]',
        '[{"task": "x", "done": false}]',
        '{"a": 1}\n{"b": 2}\n',
        "{\n" * 3,
    ],
)
def test_a_body_of_an_unknown_kind_is_searched_as_it_stands(body: str) -> None:
    assert text_of(body) is body


def test_a_text_that_only_begins_like_a_stream_keeps_its_words() -> None:
    found = text_of("data: first line\nand a second\ndata: third line\n")

    assert all(word in found for word in ("data", "first line", "and a second", "third line"))
