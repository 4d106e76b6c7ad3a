"""The cost of reading what bodies say: `python -m bench.reading` prints CPU time for each kind of body.

The machine may be busy, so each figure also stands beside the time of parsing the same JSON, measured in turn.
"""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from typing import Any

import msgspec

from bench.tables import markdown_table
from mappings.body_text.kinds import text_of

ROUNDS = 15
SHORTEST_S = 0.005  # of one measurement
COLUMNS = ("body", "kB", "text kB", "CPU µs/kB", "parsing it, µs/kB")
SAID = (
    "The deployment was rolled back because the health check failed twice.\nSee the logs of pod-7: its limit was "
    '"512Mi", and\n\tit ran out of memory. 请求超时，上游在 120 秒内没有响应。\n'  # noqa: RUF001  # full-width comma
)
LONG, SHORT = SAID * 10, SAID[:48]

Chunk = dict[str, Any]


def reading() -> str:
    """Run the benchmark and return its report in Markdown."""
    method = (
        f"`text_of` of `mappings.body_text` on one body of each kind, in one thread, {ROUNDS} rounds in turn with "
        "parsing each chunk, or the whole body, with msgspec; medians of the CPU time:"
    )
    return "\n\n".join(["### Reading bodies", method, markdown_table(COLUMNS, [_row(*body) for body in bodies()])])


def bodies() -> Iterable[tuple[str, str]]:
    """Yield the kinds of bodies, each with its name."""
    yield "chat, streamed", _events(_chat(LONG))
    yield "chat, streamed, 12 chunks", _events(_chat(SHORT))
    yield "Responses, streamed", _events(_responses(LONG))
    yield "Messages, streamed", _events(_messages(LONG), named=True)
    yield "Gemini, streamed", _events(_gemini(LONG))
    yield "text so far in each chunk", _events(_so_far(LONG))
    yield "request", _json({"model": "m", "messages": [{"role": "user", "content": LONG}] * 8})
    yield "request, as ASCII", json.dumps({"messages": [{"role": "user", "content": LONG}] * 8})
    yield "request without escapes", _json({"messages": [{"role": "user", "content": " ".join(LONG.split())}] * 8}, "'")
    yield "agent, JSON in JSON", _agent()
    yield "agent, cut", _agent()[:-1000]
    yield "image", _json({"url": "data:image/png;base64," + b64encode(bytes(range(256)) * 800).decode()})
    yield "plain text", LONG


def _row(name: str, body: str) -> list[str]:
    out = text_of(body)
    rounds = [(_cpu_us(partial(text_of, body)), _cpu_us(partial(_parse, body))) for _ in range(ROUNDS)]
    size = len(body) / 1000
    read, parsed = (median(times) / size for times in zip(*rounds, strict=True))
    return [name, f"{size:.1f}", f"{len(out) / 1000:.1f}", f"{read:.1f}", f"{parsed:.1f}"]


def _parse(body: str) -> None:
    for line in body.split("\n") if body.startswith(("data:", "event:")) else [body]:
        data = line.removeprefix("data: ")
        if data.startswith("{") and data.endswith("}"):
            msgspec.json.decode(data)


def _cpu_us(work: Callable[[], object]) -> float:
    """Return the CPU time of one call, microseconds."""
    calls, spent, started = 0, 0.0, time.process_time()
    while not calls or spent < SHORTEST_S:
        work()
        calls += 1
        spent = time.process_time() - started
    return spent * 1e6 / calls


def _pieces(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def _json(value: object, without: str = "") -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace('\\"', without) if without else text


def _events(chunks: Iterable[Chunk], *, named: bool = False) -> str:
    names = "event: {0[type]}\n" if named else ""
    return "".join([f"{names.format(chunk)}data: {_json(chunk)}\n\n" for chunk in chunks])


def _chat(text: str) -> Iterable[Chunk]:
    base = {"id": "chatcmpl-B9MHDbslfk", "object": "chat.completion.chunk", "created": 1741570283, "model": "gpt-4o"}
    pieces = [{"content": piece} for piece in _pieces(text)]
    for delta, reason in [({"role": "assistant"}, None), *((piece, None) for piece in pieces), ({}, "stop")]:
        yield {**base, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]}


def _responses(text: str) -> Iterable[Chunk]:
    base = {"id": "resp_67c9fdce", "object": "response", "model": "gpt-4.1", "instructions": SAID, "tools": [_TOOL] * 5}
    yield {"type": "response.created", "sequence_number": 0, "response": base}
    for number, piece in enumerate(_pieces(text), 1):
        delta = {
            "type": "response.output_text.delta",
            "sequence_number": number,
            "item_id": "msg_67c9",
            "output_index": 0,
        }
        yield {**delta, "content_index": 0, "delta": piece, "logprobs": [], "obfuscation": "xk3Qa0Pz"[number % 8 :]}
    output = [{"type": "message", "content": [{"type": "output_text", "text": text}]}]
    yield {"type": "response.completed", "sequence_number": 999, "response": {**base, "output": output}}


def _messages(text: str) -> Iterable[Chunk]:
    yield {"type": "message_start", "message": {"id": "msg_01XF", "role": "assistant", "model": "claude"}}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for piece in _pieces(text):
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
    yield {"type": "message_stop"}


def _gemini(text: str) -> Iterable[Chunk]:
    for start in range(0, len(text), 60):
        content = {"parts": [{"text": text[start : start + 60]}], "role": "model"}
        usage = {"promptTokenCount": 8, "candidatesTokenCount": start, "totalTokenCount": start + 8}
        yield {"candidates": [{"content": content, "index": 0}], "usageMetadata": usage, "modelVersion": "gemini"}


def _so_far(text: str) -> Iterable[Chunk]:
    for end in range(20, len(text), 20):
        yield {"output": {"text": text[:end], "finish_reason": "null"}, "request_id": "9d1ba1cf"}


def _agent() -> str:
    arguments = _json({"path": "src/pool.py", "content": "import os\nconnect_pool()\n\tverify()", "lines": [1, 7]})
    call = {"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "write", "arguments": arguments}}]}
    result = {"role": "tool", "tool_call_id": "c1", "content": _json({"stdout": SAID * 3, "code": 0})}
    return _json({"model": "m", "tools": [_TOOL] * 5, "messages": [call, result] * 20})


_TOOL = {
    "type": "function",
    "function": {
        "name": "read_file",
        "description": "Read a file.\nReturns its lines.",
        "parameters": {"type": "object", "properties": {"path": {"type": "string", "description": "Where it is"}}},
    },
}


if __name__ == "__main__":
    print(reading())
