"""What is a secret and what is prose, in the forms in which gateways and their callers write them."""

# none of them opens anything

import json
import time
from typing import Any

import pytest

from indexer.event.decode import Window, decode
from indexer.event.redact import RULES, Redaction
from indexer.settings import IndexerSettings
from tests.support.pipeline import Pipeline
from tests.support.programs import StartApi
from tests.support.waiting import wait_until

NOW = 1_795_521_600_000
WINDOW = Window.at(NOW, retention_days=30)
ALL = Redaction(RULES)
OPENAI = "sk-" + "proj-Zx81kLw0Qm_r4TnB6cVd2Ye7"
ANTHROPIC = "sk-" + "ant-api03-b7Xw-2Kq9_LmN4pR8sTvUyZa0"
GOOGLE = "AIza" + "SyB3x9Kq2Lm7Np4Rt8Vw1Yz5Ac6Ee0Gg2Ii"
GROQ = "gsk_" + "a8Kd02Lxm4Np7Qr9St1Uv"
AWS = "AKIA" + "2E7XQ4M9KD3PZR8W"
SECRETS = [
    (f"Incorrect API key provided: {OPENAI}.", "Incorrect API key provided: [redacted provider_key]."),
    (f"key={ANTHROPIC};", "key=[redacted provider_key];"),
    (f"密钥{GOOGLE}。无效", "密钥[redacted provider_key]。无效"),
    (f'"{GROQ}"', '"[redacted provider_key]"'),
    (f"{AWS}\n", "[redacted provider_key]\n"),
    ("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx", "Authorization: Bearer [redacted bearer_token]"),
    ("authorization: bearer 0123456789abcdef0123==, x", "authorization: bearer [redacted bearer_token], x"),
    ("Authorization: Basic YWxhZGRpbjpvcGVuMTIz", "Authorization: Basic [redacted bearer_token]"),
    ("x-api-key: 3f9a0c1d2e4b5a697887", "x-api-key: [redacted bearer_token]"),
    ('{"api_key":"3f9a0c1d2e4b5a697887"}', '{"api_key":"[redacted bearer_token]"}'),
    (r"{\"Api-Key\": \"3f9a0c1d2e4b5a697887\"}", r"{\"Api-Key\": \"[redacted bearer_token]\"}"),
    ("Cookie: session=abc; theme=dark\nHost: x", "Cookie: [redacted cookie]\nHost: x"),
    ('{"set-cookie":"sid=1; Path=/"}', '{"set-cookie":"[redacted cookie]"}'),
    ("GET /v1/models?alt=json&key=0123456789", "GET /v1/models?alt=json&key=[redacted url_key]"),
    (r"https://x/y?a=1\u0026X-Amz-Signature=0123456789ab", r"https://x/y?a=1\u0026X-Amz-Signature=[redacted url_key]"),
    (r"http://x/?sig\u003dabcdefgh", r"http://x/?sig\u003d[redacted url_key]"),
    ("http://x/?access_token=abcdefgh&b=2", "http://x/?access_token=[redacted url_key]&b=2"),
]
PROSE = [
    "The task-oriented desk-research-and-development-2024 plan",
    "Cookies: bake at 200 = hot",
    "a bearer authentication-mechanism",
    "Bearer of good news, sk-learn and risk-averse",
    "is a<b? key=x",
    "SELECT token=1 WHERE key = 'primary'",
    "max_tokens=4096&key=short",
    "sk-" + "a" * 40,  # no digit: a rule in a table, not a key
    "[redacted provider_key]",
    "Cookie: [redacted cookie]",
    "?key=[redacted url_key]",
    "api_key: str = Field(description='the key')",
]


def event(**fields: Any) -> bytes:
    return json.dumps({"id": 7, "created_at": NOW, "upstream_id": 1.10, **fields}, ensure_ascii=False).encode()


@pytest.mark.parametrize(("text", "clean"), SECRETS)
def test_a_secret_in_a_text_gives_way_to_the_name_of_its_rule(text: str, clean: str) -> None:
    detail = {"log_id": 9, "request_body": text, "response_body": f"{text} {text}", "odd.name": 1}

    log = decode(event(content=text, request_detail=detail), WINDOW, ALL)

    stored = json.loads(log.value)
    assert stored["content"] == clean
    assert stored["request_detail"] == {"log_id": 9, "request_body": clean, "response_body": f"{clean} {clean}"}
    assert log.redacted.total() == log.own["redacted"] == 4


@pytest.mark.parametrize("text", PROSE)
def test_prose_stays_the_very_bytes_it_was(text: str) -> None:
    value = event(content=text, request_detail={"request_body": text})

    log = decode(value, WINDOW, ALL)

    assert log.value is value
    assert "redacted" not in log.own


@pytest.mark.parametrize("number", range(len(RULES)))
def test_each_rule_is_on_by_default_and_can_be_turned_off(number: int) -> None:
    off = RULES[number].name
    texts = [text for text, clean in SECRETS if f"[redacted {off}]" in clean]
    settings = IndexerSettings.model_validate({f"indexer_redact_{off}": False})

    left = [decode(event(content=text), WINDOW, settings.redaction()).redacted[off] for text in texts]

    on = IndexerSettings.model_validate({}).redaction()
    assert all(decode(event(content=text), WINDOW, on).redacted[off] for text in texts)
    assert set(left) == {0}


BEGINNINGS = ["-sk-" * 250_000, "sk-" + "x-" * 500_000, "cookie" * 160_000, "?" + "a_" * 500_000, "bearer " * 140_000]


@pytest.mark.parametrize("text", BEGINNINGS, ids=lambda text: text[:8])
def test_a_megabyte_of_beginnings_is_read_once(text: str) -> None:
    # A pattern that looks ahead without a bound, or goes back, takes hours over these: this test would not end.
    assert "redacted" not in decode(event(content=text), WINDOW, ALL).own


def test_a_secret_is_found_however_its_json_is_escaped() -> None:
    value = event(content="GET /?key=0123456789").replace(b"=", b"\\u003d")

    assert decode(value, WINDOW, ALL).redacted["url_key"] == 1


def test_a_truncated_escape_and_korean_beside_a_secret_are_read_after_it_is_gone() -> None:
    log = decode(event(content=f"API호출 {OPENAI} \ud800".encode("utf-8", "replace").decode()), WINDOW, ALL)

    assert log.own["readable"] == {"content": "API 호출 [redacted provider_key] ?"}


def test_no_secret_reaches_the_index_and_the_log_says_how_many_were_taken_out(
    pipeline: Pipeline, start_api: StartApi
) -> None:
    now = time.time_ns() // 1_000_000
    secret = {"id": 1, "created_at": now, "content": f"bad key {OPENAI}"}
    plain = {"id": 2, "created_at": now, "content": "bad key", "redacted": "the event's own"}
    pipeline.send(secret, plain)
    indexer = pipeline.start_indexer()
    wait_until(lambda: pipeline.count() == 2)

    answer = start_api(pipeline.name).get("/api/logs/search?query=bad+key&order=id-asc").json()

    first, second = answer["data"]["logs"]
    assert (first["content"], first["redacted"]) == ("bad key [redacted provider_key]", 1)
    assert (second["content"], second["redacted"]) == ("bad key", "the event's own")
    assert OPENAI not in str(pipeline.sources())
    assert indexer.metric("secrets_redacted_total") == 1
