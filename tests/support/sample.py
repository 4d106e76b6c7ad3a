"""Six logs with something of everything: filters, languages, escapes, gaps."""

# ruff: noqa: RUF001  # full-width characters are what is tested

import json
from typing import Any

from mappings.instant import DAY_MS
from tests.support.times import NOON_MS


def body(text: str) -> str:
    return json.dumps({"messages": [{"role": "user", "content": text}]}, ensure_ascii=False)


EVENTS: list[dict[str, Any]] = [
    {
        "id": 1,
        "request_id": "1795521600000001",
        "created_at": NOON_MS,
        "request_at": NOON_MS - 1500,
        "group": "ns-a",
        "model": "gpt-4o",
        "token_name": "my token",
        "endpoint": "/v1/chat/completions",
        "user": "alice@example.com",
        "ip": "10.0.0.7",
        "channel": 3,
        "code": 200,
        "token_id": 11,
    },
    {
        "id": 2,
        "created_at": "2026-11-24T21:00:00.5+09:00",
        "request_at": "",
        "group": "ns-a",
        "model": "gpt-4o",
        "ip": "2001:db8::7",
        "channel": 4,
        "code": 500,
        "content": "error:timeout while calling api.openai.com",
    },
    {
        "id": 3,
        "created_at": NOON_MS + 1000,
        "group": "ns/b 组",
        "model": "claude",
        "ip": "unknown",
        "code": 429,
        "content": "请求超时错误，请稍后",
    },
    {
        "id": 4,
        "created_at": NOON_MS + 2000,
        "group": "ns/b 组",
        "content": "错误超时，超，时错误 第3章 错 甲3超，时",
        "channel": 0,
    },
    {
        "id": 5,
        "created_at": NOON_MS - DAY_MS,
        "group": "ns-c",
        "code": 200,
        "request_detail": {
            "id": 50,
            "request_body": body("東京都のカタカナテスト 데이터베이스 오류 max_tokens API호출이 500개 호출api"),
            "response_body": body('first line\nsecond line\tthird "quoted" 🙂'),
            "response_body_truncated": True,
        },
    },
    {
        "id": 6,
        "created_at": NOON_MS - DAY_MS,
        "group": "ns-c",
        "model": "ＧＰＴ",
        "content": "ＧＰＴ two words, Timeouts, café; x words two",
    },
]

ALL = [event["id"] for event in EVENTS]
