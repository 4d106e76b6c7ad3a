"""One log with a request and a streamed answer of half a megabyte each, as agents make them."""

import json
from collections.abc import Iterator

from stack.events.call import Event

LARGE_ID, LARGE_REQUEST_ID = 777_000_001, "bench-large-log"
BODY_BYTES = 500_000
_PARAGRAPH = "The retry loop needs a timeout because the queue is drained too slowly. 上游在 120 秒内没有响应。 "


def large_log(created_ms: int) -> Event:
    """Return the log."""
    return {
        "id": LARGE_ID,
        "request_id": LARGE_REQUEST_ID,
        "created_at": created_ms,
        "request_at": created_ms - 60_000,
        "group": "ns-admin",
        "model": "gpt-4o",
        "endpoint": "/v1/chat/completions",
        "code": 200,
        "request_detail": {"request_body": _request(), "response_body": "".join(_chunks())},
    }


def _request() -> str:
    turn = _PARAGRAPH * 20
    number = BODY_BYTES // len(turn.encode())
    messages = [{"role": ("user", "assistant")[at % 2], "content": f"{at}. {turn}"} for at in range(number)]
    return json.dumps({"model": "gpt-4o", "stream": True, "messages": messages}, ensure_ascii=False)


def _chunks() -> Iterator[str]:
    size = 0
    while size < BODY_BYTES:
        piece = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [_choice(size)]}
        chunk = f"data: {json.dumps(piece)}\n\n"
        size += len(chunk)
        yield chunk
    yield "data: [DONE]\n\n"


def _choice(at: int) -> dict[str, object]:
    return {"index": 0, "delta": {"content": f"word{at} "}, "finish_reason": None}
