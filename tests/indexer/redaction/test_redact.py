"""What is redacted, and that nothing else changes. tests/redaction has the labelled sets."""

# none of them opens anything

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.event.decode import Window, decode
from indexer.redaction.redact import Redaction
from indexer.redaction.secret_rules import RULES
from indexer.settings import IndexerSettings
from tests.support.pipeline import Pipeline
from tests.support.programs import StartApi
from tests.support.waiting import wait_until

NOW = 1_795_521_600_000
WINDOW = Window.at(NOW, retention_days=30)
ALL = Redaction()
OPENAI = "sk-" + "proj-Zx81kLw0Qm_r4TnB6cVd2Ye7"
ANTHROPIC = "sk-" + "ant-api03-b7Xw-2Kq9_LmN4pR8sTvUyZa0"
GOOGLE = "AIza" + "SyB3x9Kq2Lm7Np4Rt8Vw1Yz5Ac6Ee0Gg2Ii"
GROQ = "gsk_" + "a8Kd02Lxm4Np7Qr9St1Uv"
AWS = "AKIA" + "2E7XQ4M9KD3PZR8W"
PEM = "-----BEGIN PRIVATE " + "KEY-----\n{}\n-----END PRIVATE KEY-----"
SECRETS = [
    (f"Incorrect API key provided: {OPENAI}.", "Incorrect API key provided: [redacted provider_key]."),
    (f"key={ANTHROPIC};", "key=[redacted provider_key];"),
    (f"密钥{GOOGLE}。无效", "密钥[redacted provider_key]。无效"),
    (f'"{GROQ}"', '"[redacted provider_key]"'),
    (f"{AWS}\n", "[redacted provider_key]\n"),
    ("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx", "Authorization: Bearer [redacted bearer_token]"),
    ("authorization: bearer 0123456789abcdef0123==, x", "authorization: bearer [redacted bearer_token], x"),
    ("Authorization: Basic YWxhZGRpbjpvcGVuMTIz", "Authorization: Basic [redacted bearer_token]"),
    ("Authorization:\n  Basic YWxhZGRpbjpvcGVuMTIz", "Authorization:\n  Basic [redacted bearer_token]"),
    ("x-api-key: 3f9a0c1d2e4b5a697887", "x-api-key: [redacted bearer_token]"),
    ('{"api_key":"3f9a0c1d2e4b5a697887"}', '{"api_key":"[redacted bearer_token]"}'),
    (r"{\"Api-Key\": \"3f9a0c1d2e4b5a697887\"}", r"{\"Api-Key\": \"[redacted bearer_token]\"}"),
    ("Cookie: session=abc; theme=dark\nHost: x", "Cookie: session=[redacted cookie]; theme=dark\nHost: x"),
    ('{"set-cookie":"sid=1; Path=/"}', '{"set-cookie":"sid=[redacted cookie]; Path=/"}'),
    ("GET /v1/models?alt=json&key=0123456789", "GET /v1/models?alt=json&key=[redacted url_key]"),
    (r"https://x/y?a=1\u0026X-Amz-Signature=0123456789ab", r"https://x/y?a=1\u0026X-Amz-Signature=[redacted url_key]"),
    (r"http://x/?sig\u003dabcdefgh", r"http://x/?sig\u003d[redacted url_key]"),
    ("http://x/?access_token=abcdefgh&b=2", "http://x/?access_token=[redacted url_key]&b=2"),
    ("redis://:hunter2@cache:6379/0", "redis://:[redacted url_key]@cache:6379/0"),
    (PEM.format("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB"), PEM.format("[redacted private_key]")),
]
NUMBER = range(len(RULES))


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


def test_every_other_byte_stays_as_it_came() -> None:
    before = b'{"created_at" : 1795521600000, "x": 1.10,\t"content":"\\u4f59\\/' + b"\\n"
    after = b'\\u00e9\\\\", "y":{ "z" :[1e2 ] } }'

    value, found = ALL.redact(before + OPENAI.encode() + after)

    assert value == before + b"[redacted provider_key]" + after
    assert found == {"provider_key": 1}


def test_metadata_and_fields_that_are_not_declared_are_redacted_too() -> None:
    headers = {"Authorization": [f"Bearer {'a1B2' * 8}"], "cookie": f"sid={'c3D4' * 8}", "accept": ["*/*"]}
    log = decode(event(metadata={"key": OPENAI, "client": "x/1"}, request={"headers": headers}), WINDOW, ALL)

    stored = json.loads(log.value)
    assert stored["metadata"] == {"key": "[redacted provider_key]", "client": "x/1"}
    assert stored["request"]["headers"] == {
        "Authorization": ["Bearer [redacted bearer_token]"],
        "cookie": "sid=[redacted cookie]",
        "accept": ["*/*"],
    }
    assert log.redacted == {"provider_key": 1, "bearer_token": 1, "cookie": 1}


def test_two_names_that_are_secrets_stay_two_names() -> None:
    value, _ = ALL.redact(event(calls={OPENAI: 1, ANTHROPIC: 2}, content=f"{OPENAI} {GOOGLE}"))

    stored = json.loads(value)
    assert stored["calls"] == {"[redacted provider_key]": 1, "[redacted provider_key 2]": 2}
    assert stored["content"] == "[redacted provider_key] [redacted provider_key]"


def test_what_a_log_is_known_by_and_filtered_by_stays() -> None:
    value = event(group=OPENAI, model=ANTHROPIC, request_id=GOOGLE, content="x")

    assert ALL.redact(value)[0] is value
    assert json.loads(ALL.redact(event(group=OPENAI, user=OPENAI))[0])["user"] == "[redacted provider_key]"


@pytest.mark.parametrize("number", NUMBER)
def test_each_rule_is_on_by_default_and_can_be_turned_off(number: int) -> None:
    off = RULES[number].name
    texts = [text for text, clean in SECRETS if f"[redacted {off}]" in clean]
    settings = IndexerSettings.model_validate({f"indexer_redact_{off}": False})

    left = [decode(event(content=text), WINDOW, settings.redaction()).redacted[off] for text in texts]

    on = IndexerSettings.model_validate({}).redaction()
    assert all(decode(event(content=text), WINDOW, on).redacted[off] for text in texts)
    assert set(left) == {0}


def test_without_rules_nothing_is_searched() -> None:
    value = event(content=OPENAI)

    assert Redaction(()).redact(value) == (value, {})


PIECES = st.sampled_from(
    [
        *(text for text, _ in SECRETS),
        *(" ", '"', "\\", "\n", "=", ":", ",", "?", "&", "://", "@", ";", "。", "\x00", "\x01", "\x02", "é", "/"),
        *("key", "cookie", "bearer", "basic", "authorization", "api_key", "sk-", "eyJ", ".", "-----", "BEGIN", "END"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=12).map("".join))


@given(TEXTS, TEXTS, st.booleans())
def test_any_event_is_still_json_and_has_its_structure(text: str, name: str, is_ascii: bool) -> None:
    body = json.dumps({name: [text, {name: text}]}, ensure_ascii=is_ascii)
    fields = {"content": text, "x": {name: [text, 1.10, None, 12345678901234567890]}, "request_detail": {"b": body}}
    value = json.dumps(fields, ensure_ascii=is_ascii).encode(errors="surrogatepass")

    redacted, found = ALL.redact(value)

    stored = json.loads(redacted)
    assert list(stored) == list(fields)
    assert next(iter(stored["x"].values()))[1:] == [1.10, None, 12345678901234567890]
    assert [len(each) for each in json.loads(stored["request_detail"]["b"]).values()] == [2]
    assert redacted is value or found.total() > 0


@given(TEXTS)
def test_what_is_redacted_once_is_not_redacted_again(text: str) -> None:
    once, _ = ALL.redact(json.dumps({"content": text}).encode())

    assert ALL.redact(once)[0] == once


def test_a_text_that_is_made_from_an_event_is_redacted_in_the_same_way() -> None:
    assert ALL.redact_text(f"{OPENAI} 余额") == "[redacted provider_key] 余额"
    assert ALL.redact_text("余额") == "余额"


def test_a_secret_is_found_however_its_json_is_escaped() -> None:
    value = event(content="GET /?key=0123456789").replace(b"=", b"\\u003d")

    assert decode(value, WINDOW, ALL).redacted["url_key"] == 1


@pytest.mark.parametrize("letters", [OPENAI, "-", "spk"])
def test_a_key_of_which_letters_are_escaped_is_found(letters: str) -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" if letter in letters else letter for letter in OPENAI).encode()

    assert ALL.redact(b'{"content":"x %b y"}' % escaped)[0] == b'{"content":"x [redacted provider_key] y"}'


def test_the_escape_behind_a_secret_stays_whole() -> None:
    value, _ = ALL.redact(rb'{"content":"cookie: sid=abc123; sid\u003d\u002babc\u002f\u0022 end"}')

    assert value == rb'{"content":"cookie: sid=[redacted cookie]; sid\u003d[redacted cookie]\u0022 end"}'


def test_the_beginning_of_a_token_at_the_end_of_a_sentence_is_no_token() -> None:
    value = event(content="it begins with eyJhbGciOiJIUzI1NiIsInR5cCI6. Then follows")

    assert ALL.redact(value) == (value, {})


def test_a_truncated_escape_and_korean_beside_a_secret_are_read_after_it_is_gone() -> None:
    log = decode(event(content=f"API호출 {OPENAI} \ud800".encode("utf-8", "replace").decode()), WINDOW, ALL)

    assert log.own["text"] == ["api호출 redacted provider key"]


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
