"""Streamed bodies as the providers write them, from the pieces of a text.

Each builder takes the pieces and returns the body. Names, values and order are those of the provider; ids are made up.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Chunk = dict[str, Any]
Build = Callable[[Sequence[str]], str]

CALL = "call_x1Tq"
USAGE = {"prompt_tokens": 31, "completion_tokens": 17, "total_tokens": 48}


def compact(value: object, *, ascii_only: bool = False) -> str:
    """Return JSON without blanks."""
    return json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))


def cut_into(text: str, length: int) -> list[str]:
    """Return a text in pieces of so many characters."""
    return [text[start : start + length] for start in range(0, len(text), length)]


def server_sent_events(chunks: Iterable[Chunk | str], *, named: bool = False, ascii_only: bool = False) -> str:
    """Return chunks as server-sent events; `named` writes the type of each as its event name."""
    return "".join(
        (f"event: {chunk['type']}\n" if named and isinstance(chunk, dict) else "")
        + f"data: {chunk if isinstance(chunk, str) else compact(chunk, ascii_only=ascii_only)}\n\n"
        for chunk in chunks
    )


def json_lines(chunks: Iterable[Chunk]) -> str:
    """Return chunks as one JSON object on each line."""
    return "".join(f"{compact(chunk)}\n" for chunk in chunks)


# OpenAI, chat completions


def chat_chunks(deltas: Iterable[Chunk], choice: int = 0) -> Iterator[Chunk]:
    """Yield the chunks of one choice, with the chunk that ends it."""
    for delta, reason in [*((delta, None) for delta in deltas), ({}, "stop")]:
        yield {
            "id": "chatcmpl-B9MHDbslfk",
            "object": "chat.completion.chunk",
            "created": 1741570283,
            "model": "gpt-4o-2024-08-06",
            "system_fingerprint": "fp_50cad350e4",
            "choices": [{"index": choice, "delta": delta, "logprobs": None, "finish_reason": reason}],
        }


def usage_chunk() -> Chunk:
    """Return the last chunk of a chat, which has no choices."""
    return {**next(chat_chunks([])), "choices": [], "usage": USAGE}


def openai_chat(pieces: Sequence[str], name: str = "content", **options: bool) -> str:
    """Return a streamed chat completion; `name` may be `reasoning_content` or `refusal` too."""
    first = {"role": "assistant", "content": ""}
    chunks = chat_chunks([first, *({name: piece} for piece in pieces)])
    return server_sent_events([*chunks, usage_chunk(), "[DONE]"], **options)


def openai_chat_choices(*choices: Sequence[str]) -> str:
    """Return a chat completion with several choices, whose chunks take turns."""
    streams = [list(chat_chunks(({"content": one} for one in pieces), number)) for number, pieces in enumerate(choices)]
    turns = range(max(map(len, streams)))
    chunks = [stream[turn] for turn in turns for stream in streams if turn < len(stream)]
    return server_sent_events([*chunks, "[DONE]"])


def openai_chat_tools(*calls: tuple[str, Sequence[str]]) -> str:
    """Return a chat completion with tool calls, each a name and the pieces of its arguments."""
    deltas: list[Chunk] = []
    for number, (name, pieces) in enumerate(calls):
        call = {"index": number, "id": f"{CALL}{number}", "type": "function"}
        deltas.append({"tool_calls": [{**call, "function": {"name": name, "arguments": ""}}]})
        deltas += [{"tool_calls": [{"index": number, "function": {"arguments": piece}}]} for piece in pieces]
    return server_sent_events([*chat_chunks(deltas), "[DONE]"])


def openai_chat_tool(pieces: Sequence[str]) -> str:
    """Return a chat completion with one tool call."""
    return openai_chat_tools(("run_query", pieces))


def openai_completion(pieces: Sequence[str]) -> str:
    """Return a legacy completion."""
    return server_sent_events(
        [
            *(
                {
                    "id": "cmpl-7iA7iJjj8V2zOkCGvWF2hAkDWBQZe",
                    "object": "text_completion",
                    "created": 1690759702,
                    "choices": [{"text": piece, "index": 0, "logprobs": None, "finish_reason": None}],
                    "model": "gpt-3.5-turbo-instruct",
                }
                for piece in pieces
            ),
            "[DONE]",
        ]
    )


# OpenAI, responses

RESPONSE = {"id": "resp_67c9fdce", "object": "response", "created_at": 1741290958, "model": "gpt-4.1-2025-04-14"}
PLACE = {"item_id": "msg_67c9fdcf", "output_index": 0, "content_index": 0}


def responses_deltas(kind: str, pieces: Sequence[str], place: Chunk) -> list[Chunk]:
    """Return the `delta` chunks of one text, with the counter and the padding of each."""
    return [
        {
            "type": f"response.{kind}.delta",
            "sequence_number": number,
            **place,
            "delta": piece,
            "obfuscation": "q7ZkP0aXw"[: number % 9],
        }
        for number, piece in enumerate(pieces, 4)
    ]


def completed(text: str) -> Chunk:
    """Return the last chunk of a response, which repeats everything."""
    message = {"type": "output_text", "annotations": [], "text": text}
    output = [{"id": PLACE["item_id"], "type": "message", "role": "assistant", "content": [message]}]
    response = {**RESPONSE, "status": "completed", "output": output, "usage": {"input_tokens": 37}}
    return {"type": "response.completed", "sequence_number": 99, "response": response}


def openai_responses(pieces: Sequence[str], kind: str = "output_text", name: str = "text") -> str:
    """Return a streamed response; the whole text is repeated by three chunks at its end."""
    text = "".join(pieces)
    begun = {**RESPONSE, "status": "in_progress", "instructions": "Answer briefly.", "output": []}
    return server_sent_events(
        [
            {"type": "response.created", "sequence_number": 0, "response": begun},
            {"type": "response.in_progress", "sequence_number": 1, "response": begun},
            *responses_deltas(kind, pieces, PLACE),
            {"type": f"response.{kind}.done", "sequence_number": 97, **PLACE, name: text},
            completed(text),
        ],
        named=True,
    )


def openai_responses_arguments(pieces: Sequence[str]) -> str:
    """Return a response that calls a function."""
    return openai_responses(pieces, "function_call_arguments", "arguments")


def openai_responses_completed(pieces: Sequence[str]) -> str:
    """Return a response of which only the last chunk was kept."""
    return server_sent_events([completed("".join(pieces))], named=True)


# Anthropic


def anthropic_blocks(*blocks: tuple[Chunk, Iterable[Chunk]]) -> str:
    """Return a message of blocks: what each begins with, and its deltas."""
    message = {"id": "msg_01XFDUDYJgAAC", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5"}
    chunks: list[Chunk] = [{"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}]
    for number, (begun, deltas) in enumerate(blocks):
        chunks.append({"type": "content_block_start", "index": number, "content_block": begun})
        chunks.append({"type": "ping"})
        chunks += [{"type": "content_block_delta", "index": number, "delta": delta} for delta in deltas]
        chunks.append({"type": "content_block_stop", "index": number})
    chunks.append({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 15}})
    return server_sent_events([*chunks, {"type": "message_stop"}], named=True)


def anthropic_text(pieces: Sequence[str]) -> str:
    """Return a message of one text block."""
    deltas = ({"type": "text_delta", "text": piece} for piece in pieces)
    return anthropic_blocks(({"type": "text", "text": ""}, deltas))


def anthropic_thinking(pieces: Sequence[str]) -> str:
    """Return a message of one thinking block, with its signature."""
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    signature = {"type": "signature_delta", "signature": "EqQBCgIYAhIM1gbcDa9GJwZA"}
    return anthropic_blocks(({"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signature]))


def anthropic_tool(pieces: Sequence[str]) -> str:
    """Return a message of one tool call."""
    deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)
    return anthropic_blocks(({"type": "tool_use", "id": "toolu_01T1x1fJ34", "name": "run_query", "input": {}}, deltas))


# Gemini


def gemini_chunks(pieces: Sequence[str], part: Chunk | None = None) -> list[Chunk]:
    """Return the chunks of an answer; `part` joins each of its parts."""
    return [
        {
            "candidates": [{"content": {"parts": [{"text": piece, **(part or {})}], "role": "model"}, "index": 0}],
            "usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": number},
            "modelVersion": "gemini-2.5-flash",
            "responseId": "oT4gaKyZ",
        }
        for number, piece in enumerate(pieces, 1)
    ]


def gemini_events(pieces: Sequence[str]) -> str:
    """Return an answer as server-sent events, with the line ends of the provider."""
    return server_sent_events(gemini_chunks(pieces)).replace("\n", "\r\n")


def gemini_array(pieces: Sequence[str]) -> str:
    """Return an answer as one JSON array."""
    return (
        "[" + "\n,\r\n".join(json.dumps(chunk, ensure_ascii=False, indent=2) for chunk in gemini_chunks(pieces)) + "]"
    )


# Others


def ollama_chat(pieces: Sequence[str]) -> str:
    """Return a chat as JSON lines."""
    return json_lines(
        {
            "model": "llama3.2",
            "created_at": f"2026-11-24T08:52:19.{number:06}Z",
            "message": {"role": "assistant", "content": piece},
            "done": number == len(pieces),
        }
        for number, piece in enumerate([*pieces, ""])
    )


def cohere_chat(pieces: Sequence[str]) -> str:
    """Return a chat as typed events, with the type as the event name."""
    deltas = [
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": piece}}}} for piece in pieces
    ]
    start = {"type": "message-start", "id": "29f14a5a", "delta": {"message": {"role": "assistant", "content": []}}}
    return server_sent_events(
        [start, *deltas, {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}], named=True
    )


def dashscope(pieces: Sequence[str]) -> str:
    """Return an answer whose chunks hold only what is new."""
    return "".join(
        f"id:{number}\nevent:result\n:HTTP_STATUS/200\ndata:{compact(_dashscope_chunk(piece))}\n\n"
        for number, piece in enumerate(pieces, 1)
    )


def dashscope_so_far(pieces: Sequence[str]) -> str:
    """Return an answer whose chunks each hold the whole text so far."""
    return dashscope(["".join(pieces[: number + 1]) for number in range(len(pieces))])


def _dashscope_chunk(text: str) -> Chunk:
    message = {"role": "assistant", "content": text}
    return {"output": {"choices": [{"message": message, "finish_reason": "null"}]}, "request_id": "9d1ba1cf"}


def unheard_of(pieces: Sequence[str]) -> str:
    """Return a stream of a provider that nobody has heard of."""
    return server_sent_events([{"seq": number, "fresh": {"words": piece}} for number, piece in enumerate(pieces)])


def plain_events(pieces: Sequence[str]) -> str:
    """Return server-sent events whose data is the text itself."""
    return "".join(f"event: output\ndata: {piece}\n\n" for piece in pieces)


TEXT_STREAMS: dict[str, Build] = {
    build.__name__: build
    for build in (
        openai_chat,
        openai_completion,
        openai_responses,
        openai_responses_completed,
        anthropic_text,
        anthropic_thinking,
        gemini_events,
        gemini_array,
        ollama_chat,
        cohere_chat,
        dashscope,
        dashscope_so_far,
        unheard_of,
    )
}
TOOL_STREAMS: dict[str, Build] = {
    build.__name__: build for build in (openai_chat_tool, openai_responses_arguments, anthropic_tool)
}
