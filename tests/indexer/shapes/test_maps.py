"""Each field of a sample that has a place in our event is there, and nothing else is."""

import json

import pytest

from indexer.event.decode import Window, decode
from mappings.instant import format_rfc3339
from tests.indexer.shapes.samples import NAMES, event, events, sample, shape

START_MS, END_MS = 1_790_000_000_123, 1_790_000_001_623
ASKED = '{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}'
USAGE = {"input_tokens": 11, "output_tokens": 22, "total_tokens": 33}
CACHED = {"cached_tokens": 4, "cache_creation_tokens": 3}


def test_apisix() -> None:
    assert event("apisix") == {
        "created_at": 1_790_000_001_624,
        "request_at": 1_790_000_000_124,
        "group": "team-a",
        "token_name": "team-a",
        "user": "alice",
        "model": "gpt-4o",
        "endpoint": "/v1/chat/completions",
        "ip": "192.0.2.7",
        "code": 200,
        "ttfb_milliseconds": 321,
        "usage": USAGE | CACHED | {"reasoning_tokens": 2},
        "metadata": {
            "response_model": "gpt-4o-2024-08-06",
            "route_id": "chat",
            "upstream": "203.0.113.9:443",
            "upstream_latency": "1400.0",
            "stream": "true",
            "has_tool_calls": "false",
            "content_risk_level": "low",
        },
        "request_detail": {
            "request_body": ASKED,
            "response_body": 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n',
        },
    }


def test_kong() -> None:
    assert event("kong") == {
        "request_id": "9ec9264afbbbad5fe5c64877d92eeb04",
        "created_at": END_MS,
        "request_at": START_MS,
        "group": "team-a",
        "token_name": "team-a",
        "model": "gpt-4o",
        "endpoint": "/chat",
        "ip": "192.0.2.7",
        "code": 200,
        "ttfb_milliseconds": 321,
        "retry_times": 1,
        "used_amount": 0.0125,
        "usage": USAGE,
        "metadata": {
            "response_model": "gpt-4o-2024-08-06",
            "provider": "openai",
            "plugin_id": "p1",
            "llm_latency": "1400",
            "route": "chat",
            "service": "openai",
            "workspace": "default",
        },
        "request_detail": {
            "request_body": ASKED,
            "response_body": '{"choices":[{"message":{"content":"hi"}}]}',
        },
    }


def test_litellm() -> None:
    assert event("litellm") == {
        "request_id": "5a7c2b6e-0f5d-4f57-9f6f-2f3e0a7b9c11",
        "upstream_id": "chatcmpl-9f1",
        "created_at": 1_790_000_001_624,
        "request_at": START_MS,
        "group": "team-a",
        "token_name": "build",
        "user": "alice",
        "model": "gpt-4o",
        "endpoint": "/v1/chat/completions",
        "ip": "192.0.2.7",
        "code": 200,
        "ttfb_milliseconds": 321,
        "retry_times": 1,
        "used_amount": 0.0002475,
        "usage": USAGE | CACHED | {"image_input_tokens": 5, "reasoning_tokens": 2},
        "price": {
            "input_price": 2.5e-06,
            "input_price_unit": 1,
            "output_price": 1e-05,
            "output_price_unit": 1,
            "cached_price": 1.25e-06,
            "cached_price_unit": 1,
        },
        "metadata": {
            "response_model": "openai/gpt-4o",
            "provider": "openai",
            "model_id": "d1e2",
            "api_base": "https://api.openai.example/v1/chat/completions",
            "call_type": "acompletion",
            "stream": "true",
            "cache_hit": "false",
            "trace_id": "t-1",
            "session_id": "s-1",
            "request_tags": "prod,chat",
            "user_id": "u-7",
            "team_id": "team-1",
            "org_id": "org-1",
        },
        "request_detail": {
            "request_body": ASKED[:-1] + ',"temperature":0.2,"stream":true}',
            "response_body": '{"id":"chatcmpl-9f1","choices":[{"message":{"role":"assistant","content":"hi"}}]}',
        },
    }


def test_higress() -> None:
    assert event("higress") == {
        "request_id": "0b4ae5a5-22ea-4f5b-a3b6-11d1e4a1a1a1",
        "created_at": 1_789_997_601_623,
        "request_at": 1_789_997_600_123,
        "group": "team-a",
        "token_name": "team-a",
        "model": "gpt-4o",
        "endpoint": "/v1/chat/completions",
        "ip": "192.0.2.7,198.51.100.1",
        "code": 200,
        "ttfb_milliseconds": 321,
        "usage": USAGE | {"cached_tokens": 4, "reasoning_tokens": 2},
        "metadata": {
            "route": "ai-route-chat",
            "upstream_cluster": "outbound|443||llm-openai.internal.dns",
            "upstream_host": "203.0.113.9:443",
            "session_id": "s-1",
            "chat_round": "2",
            "response_type": "stream",
        },
        "request_detail": {
            "request_body": "hello",
            "response_body": "hi [truncated] there",
            "response_body_truncated": True,
        },
    }


def test_envoy() -> None:
    assert event("envoy") == {
        "request_id": "0b4ae5a5-22ea-4f5b-a3b6-11d1e4a1a1a1",
        "created_at": 1_789_997_601_623,
        "request_at": 1_789_997_600_123,
        "group": "team-a",
        "user": "alice",
        "model": "gpt-4o",
        "endpoint": "/v1/chat/completions",
        "ip": "192.0.2.7",
        "code": 200,
        "usage": USAGE | CACHED,
        "metadata": {
            "response_model": "gpt-4o-2024-08-06",
            "provider": "openai",
            "route": "httproute/default/chat/rule/0/match/0/*",
            "backend": "default/openai",
            "upstream_cluster": "httproute/default/chat/rule/0",
            "upstream_host": "203.0.113.9:443",
            "session_id": "s-1",
        },
    }


def test_otlp() -> None:
    assert event("otlp") == {
        "request_id": "b7ad6b7169203331",
        "upstream_id": "chatcmpl-9f1",
        "created_at": END_MS,
        "request_at": START_MS,
        "group": "chat-app",
        "user": "alice",
        "model": "gpt-4o",
        "endpoint": "/v1/chat/completions",
        "ip": "192.0.2.7",
        "code": 200,
        "ttfb_milliseconds": 321,
        "used_amount": 0.0125,
        "usage": USAGE | CACHED | {"reasoning_tokens": 2},
        "metadata": {
            "response_model": "gpt-4o-2024-08-06",
            "provider": "openai",
            "operation": "chat",
            "service": "chat-app",
            "server": "api.openai.example",
            "span": "chat gpt-4o",
            "trace_id": "0af7651916cd43dd8448eb211c80319c",
            "parent_span_id": "00f067aa0ba902b7",
            "session_id": "s-1",
        },
        "request_detail": {
            "request_body": '[{"role":"user","parts":[{"type":"text","content":"hello"}]}]',
            "response_body": '[{"role":"assistant","final":true}]',
        },
    }


@pytest.mark.parametrize("name", NAMES)
def test_no_credential_of_a_header_a_cookie_or_a_query_passes(name: str) -> None:
    assert b"sk-" in json.dumps(sample(name)).encode()
    assert not any(b"sk-" in made for made in shape(name)(json.dumps(sample(name)).encode()).events)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_sample_becomes_is_a_log(name: str) -> None:
    for made in shape(name)(json.dumps(sample(name)).encode()).events:
        log = decode(made, Window(0, 2_000_000_000_000))
        assert format_rfc3339(log.created_ms)[:7] == "2026-09"


@pytest.mark.parametrize("name", NAMES)
def test_every_field_may_be_missing_or_of_another_type(name: str) -> None:
    whole = sample(name)
    for wrong in (None, "-", "", [], {}, 7, "text", True, [7], {"a": 7}):
        for field in whole:
            if name != "otlp":
                assert len(events(name, whole | {field: wrong})) == 1
