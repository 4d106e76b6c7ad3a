"""Bodies in the form of each provider: the chunks of a stream say what the whole answer says."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stack.providers import anthropic_messages, gemini, openai_chat, openai_responses
from stack.providers.prompt import Prompt, Turn
from stack.providers.reply import Answered, Reply, ToolCall

ARGUMENTS = '{"path": "a \\"b\\".py", "text": "x\\ny"}'
TEXT, THINKING = 'Say "余额"\\n', "hmm"
CALL = Answered(7, "m-1", 1_790_000_000, 10, 20)


def split(text: str) -> list[str]:
    """Return the text in pieces of two characters, each escaped."""
    return [json.dumps(text[start : start + 2], ensure_ascii=False)[1:-1] for start in range(0, len(text), 2)]


REPLY = Reply(split(TEXT), split(THINKING), [ToolCall("call_1", "read_file", split(ARGUMENTS))])


def data_of(stream: str) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in stream.splitlines() if line.startswith("data: {")]
    return [json.loads(line) for line in lines]


def chat_deltas(stream: str) -> Iterator[Any]:
    yield from (choice["delta"] for chunk in data_of(stream) for choice in chunk["choices"])


def test_chat_completions_say_the_same_in_chunks() -> None:
    stream, whole = openai_chat.chat_stream(CALL, REPLY), json.loads(openai_chat.chat_answer(CALL, REPLY))
    deltas = list(chat_deltas(stream))
    calls = [call for delta in deltas for call in delta.get("tool_calls", [])]

    assert "".join(delta.get("content") or "" for delta in deltas) == whole["choices"][0]["message"]["content"] == TEXT
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == THINKING
    assert "".join(call["function"].get("arguments", "") for call in calls) == ARGUMENTS
    assert {chunk["id"] for chunk in data_of(stream)} == {whole["id"]}
    assert stream.endswith("data: [DONE]\n\n")


def test_responses_say_the_same_in_events() -> None:
    events = data_of(openai_responses.responses_stream(CALL, REPLY))
    whole = json.loads(openai_responses.responses_answer(CALL, REPLY))
    deltas = {
        kind: "".join(event["delta"] for event in events if event["type"] == f"response.{kind}.delta")
        for kind in ("output_text", "function_call_arguments")
    }

    assert deltas == {"output_text": TEXT, "function_call_arguments": ARGUMENTS}
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert events[-1]["response"] == whole
    assert whole["output"][0]["content"][0]["text"] == TEXT


def test_messages_say_the_same_in_blocks() -> None:
    events = data_of(anthropic_messages.messages_stream(CALL, REPLY))
    whole = json.loads(anthropic_messages.messages_answer(CALL, REPLY))
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]

    def said(field: str) -> str:
        return "".join(delta.get(field, "") for delta in deltas)

    assert (said("thinking"), said("text"), said("partial_json")) == (THINKING, TEXT, ARGUMENTS)
    assert [block.get("text") or block.get("input") for block in whole["content"][1:]] == [TEXT, json.loads(ARGUMENTS)]
    assert [event["type"] for event in events[:2]] == ["message_start", "content_block_start"]
    assert events[-1]["type"] == "message_stop"


@pytest.mark.parametrize(
    "read",
    [
        lambda call, reply: data_of(gemini.gemini_stream(call, reply)),
        lambda call, reply: json.loads(gemini.gemini_array(call, reply)),
    ],
)
def test_gemini_says_the_same_in_events_and_in_an_array(read: Callable[[Answered, Reply], list[Any]]) -> None:
    whole = json.loads(gemini.gemini_answer(CALL, REPLY))
    parts = [part for chunk in read(CALL, REPLY) for part in chunk["candidates"][0]["content"]["parts"]]

    assert (
        "".join(part.get("text", "") for part in parts) == whole["candidates"][0]["content"]["parts"][0]["text"] == TEXT
    )
    assert parts[-1]["functionCall"]["args"] == json.loads(ARGUMENTS)


TURNS = (
    Turn("user", "see", image="iVBORw0KGgo="),
    Turn("assistant", "I read it", REPLY.tool_calls[0]),
    Turn("tool", "1\\tdef a():", REPLY.tool_calls[0]),
    Turn("assistant", "done"),
)


REQUESTS = (
    (openai_chat.chat_request, len(TURNS) + 1),  # and the prompt
    (openai_responses.responses_request, len(TURNS) + 1),  # and the call by itself
    (anthropic_messages.messages_request, len(TURNS)),
    (gemini.gemini_request, len(TURNS)),
)


@pytest.mark.parametrize(("written", "number"), REQUESTS)
def test_a_request_has_its_prompt_its_tools_and_every_turn(written: Callable[[Prompt], str], number: int) -> None:
    body = written(Prompt("m-1", "be brief", TURNS, '[{"name":"read_file"}]', is_streamed=True))
    request = json.loads(body)

    assert request["tools"] == [{"name": "read_file"}]
    assert all(text in body for text in ("be brief", "iVBORw0KGgo=", "I read it", "def a()", "done", "read_file"))
    turns = next(request[name] for name in ("messages", "input", "contents") if name in request)
    assert len(turns) == number
