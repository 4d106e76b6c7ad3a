"""Bodies as providers write them, and the logs that carry them."""

import json
from typing import Any

from tests.support.logs import Event

PNG = "iVBORw0KGgo" + "A" * 4000
MODELS = ("gpt-4o", "claude-sonnet-4-5", "gemini-2.5-flash")


def sse(*events: Any, names: bool = False) -> str:
    """Return server-sent events, with their names where a provider sends them."""
    lines = []
    for event in events:
        name = f"event: {event['type']}\n" if names else ""
        lines.append(f"{name}data: {json.dumps(event, ensure_ascii=False)}\n\n")
    return "".join(lines)


def chat_piece(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c-1", "object": "chat.completion.chunk", "model": "gpt-4o", "choices": [choice]}


CHAT_REQUEST = {
    "model": "gpt-4o",
    "stream": True,
    "temperature": 0.5,
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is the weather in 上海?"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "t1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"上海"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "t1", "content": "22 degrees"},
    ],
    "tools": [{"type": "function", "function": {"name": "weather"}}],
}
CHAT_STREAM = sse(
    chat_piece({"role": "assistant", "content": ""}),
    chat_piece({"reasoning_content": "Look "}),
    chat_piece({"reasoning_content": "outside."}),
    chat_piece({"content": "It is "}),
    chat_piece({"content": "22 degrees."}),
    chat_piece({"tool_calls": [{"index": 0, "id": "t2", "function": {"name": "umbrella", "arguments": '{"need'}}]}),
    chat_piece({"tool_calls": [{"index": 0, "function": {"arguments": 'ed":false}'}}]}),
    chat_piece({}, "tool_calls"),
    {"id": "c-1", "choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 9}},
) + ("data: [DONE]\n\n")
CHAT_ANSWER = {
    "id": "c-2",
    "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2},
}
RESPONSES_REQUEST = {
    "model": "gpt-5.1",
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Say hello."}]},
        {"type": "function_call", "call_id": "f1", "name": "greet", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "f1", "output": "hello"},
    ],
    "tools": [{"type": "function", "name": "greet"}],
    "stream": True,
}
_ITEM = {"type": "message", "role": "assistant", "content": []}
RESPONSES_EVENTS: list[dict[str, Any]] = [
    {"type": "response.created", "response": {"object": "response", "status": "in_progress", "output": []}},
    {"type": "response.output_item.added", "output_index": 0, "item": {"type": "reasoning", "summary": []}},
    {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "Think."},
    {"type": "response.output_item.added", "output_index": 1, "item": _ITEM},
    {"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": "Hel"},
    {"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": "lo."},
    {"type": "response.output_item.added", "output_index": 2, "item": {"type": "function_call", "name": "greet"}},
    {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": '{"a":'},
    {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": "1}"},
]
_OUTPUT = [
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Think."}]},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello."}]},
    {"type": "function_call", "name": "greet", "arguments": '{"a":1}', "call_id": "f2"},
]
RESPONSES_ANSWER = {
    "object": "response",
    "status": "completed",
    "output": _OUTPUT,
    "usage": {"input_tokens": 5, "output_tokens": 3},
}
RESPONSES_END = {"type": "response.completed", "response": RESPONSES_ANSWER}
ANTHROPIC_REQUEST = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 100,
    "system": [{"type": "text", "text": "Be brief."}],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "List the files."}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "u1", "name": "ls", "input": {"path": "/"}}]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "u1", "content": [{"type": "text", "text": "a.txt"}]},
                {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": PNG}},
            ],
        },
    ],
    "tools": [{"name": "ls"}],
}
ANTHROPIC_EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {"type": "message", "role": "assistant", "usage": {"input_tokens": 9}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "One file."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "There is "}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "one file."}},
    {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "name": "cat", "input": {}}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"file":'}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '"a.txt"}'}},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 12}},
    {"type": "message_stop"},
]
_INLINE = {"mimeType": "image/png", "data": PNG}
GEMINI_REQUEST = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [
        {
            "role": "user",
            "parts": [{"text": "Translate: 你好"}, {"inlineData": {"mimeType": "image/png", "data": PNG}}],
        },
        {"role": "model", "parts": [{"functionCall": {"name": "lookup", "args": {"word": "你好"}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "lookup", "response": {"en": "hello"}}}]},
    ],
    "generationConfig": {"temperature": 0.2},
    "tools": [{"functionDeclarations": [{"name": "lookup"}]}],
}
GEMINI_PIECES: list[dict[str, Any]] = [
    {"candidates": [{"content": {"role": "model", "parts": [{"text": "Sure.", "thought": True}]}}]},
    {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hel"}]}}]},
    {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "lo."}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": 2},
    },
]
ERROR_ANSWER = {"error": {"message": "The upstream is overloaded", "type": "overloaded", "code": 529}}


def text_of(body: Any) -> str:
    """Return a body as it travels."""
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def event(number: int, created_at: int, request: Any = None, answer: Any = None, **fields: Any) -> Event:
    """Return a log; with bodies where there are any."""
    log: Event = {
        "id": 1000 + number,
        "request_id": f"17955216000{number:05d}",
        "created_at": created_at,
        "request_at": created_at - 1500 - number % 700,
        "group": f"ns-{number % 3}",
        "model": MODELS[number % 3],
        "token_name": f"token-{number % 4}",
        "user": f"user-{number % 5}",
        "ip": f"10.0.0.{number % 200}",
        "endpoint": "/v1/chat/completions",
        "channel": 1 + number % 4,
        "code": 200,
        "ttfb_milliseconds": 100 + number % 900,
        "used_amount": 0.000125 * (number % 7),
        "usage": {"input_tokens": 10 * number, "output_tokens": number, "total_tokens": 11 * number},
    }
    if request is not None or answer is not None:
        log["request_detail"] = {
            "id": number,
            "log_id": log["id"],
            "request_body": text_of(request or ""),
            "response_body": text_of(answer or ""),
        }
    return {**log, **fields}


def failed(number: int, created_at: int, **fields: Any) -> Event:
    """Return a request that was limited."""
    said = f"limit {number} reached, please try again later"
    return event(number, created_at, CHAT_REQUEST, ERROR_ANSWER, code=429, content=said, **fields)
