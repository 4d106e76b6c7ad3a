"""Bytes to a log: what is accepted, what is refused with which words, and what is left as it was."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.dead_letters.reasons import kind_of
from indexer.event.decode import InvalidEventError, Log, Window, decode
from indexer.redaction.redact import Redaction
from mappings.instant import parse_rfc3339
from tests.support.streams import openai_chat, openai_chat_choices

NOW = parse_rfc3339("2026-11-24T12:00:00Z")
WINDOW = Window.at(NOW, retention_days=30)
DAY = 86_400_000


def encode(**fields: Any) -> bytes:
    return json.dumps({"created_at": NOW, **fields}, ensure_ascii=False).encode()


def test_an_ordinary_event_travels_as_the_bytes_it_came_in() -> None:
    value = encode(
        id=7, request_id="r", price={"input_price": 1.10}, upstream_id="x", big=123456789012345678901234567890
    )

    log = decode(value, WINDOW)

    assert log.value is value
    assert (log.created_ms, log.id, log.request_id, log.own) == (NOW, 7, "r", {})


@pytest.mark.parametrize(
    ("request_at", "own"),
    [
        (NOW - 1500, {"duration_ms": 1500}),
        ("2026-11-24T19:59:58.5+08:00", {"duration_ms": 1500}),
        (NOW, {"duration_ms": 0}),
        (NOW + 1, {}),
        (NOW - 7 * DAY, {"duration_ms": 7 * DAY}),
        (NOW - 7 * DAY - 1, {}),
        (NOW // 1000, {}),  # in seconds: it would be of 1970
        (0, {}),
        ("0001-01-01T00:00:00Z", {}),
        (None, {}),
    ],
)
def test_how_long_a_call_took_is_kept_where_both_ends_are_known(
    request_at: int | str | None, own: dict[str, int]
) -> None:
    assert decode(encode(request_at=request_at), WINDOW).own == own


@pytest.mark.parametrize(
    ("created_at", "unit"),
    [(NOW // 1000, "seconds"), (NOW * 1000, "microseconds"), (NOW * 1_000_000, "nanoseconds"), (NOW // 10, "")],
)
def test_a_time_that_would_be_right_in_another_unit_says_so(created_at: int, unit: str) -> None:
    with pytest.raises(InvalidEventError) as refused:
        decode(encode(created_at=created_at), WINDOW)

    told = f"; in {unit} it would be inside: epoch milliseconds are expected"
    assert str(refused.value).endswith(told) is bool(unit)
    assert kind_of(str(refused.value)) in (
        "created_at is outside the accepted window",
        "created_at: a time outside the years 1 to 9999",
    )


@pytest.mark.parametrize(
    "created_at",
    [
        NOW,
        "2026-11-24T12:00:00Z",
        "2026-11-24T20:00:00.000+08:00",
        "2026-11-24T12:00:00.000999999Z",
        "2026-11-24t12:00:00z",
        "2026-11-24T11:59:60Z",
        "2026-11-25T11:30:00+23:30",
    ],
)
def test_created_at_may_be_written_in_every_documented_way(created_at: int | str) -> None:
    log = decode(encode(created_at=created_at), WINDOW)

    assert log.created_ms == NOW


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "not JSON: Input data was truncated"),
        (b"not json", "not JSON: invalid character (byte 4)"),
        (b'{"created_at": 1', "not JSON: Input data was truncated"),
        (b"[]", "not a log: Expected `object`, got `array`"),
        (b"null", "not a log: Expected `object`, got `null`"),
        (b'\xef\xbb\xbf{"created_at": 1}', "not JSON: invalid character (byte 0)"),
        (b'{"x": "\xff"}', "not JSON: the bytes are not UTF-8"),
        (b'{"x": NaN}', "not JSON: invalid character (byte 6)"),
        (b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}", "not usable: nested too deeply"),
        (b"{}", "created_at is missing: it must be epoch milliseconds or RFC 3339"),
        (encode(created_at=None), "created_at is missing: it must be epoch milliseconds or RFC 3339"),
        (encode(created_at=""), "created_at is missing: it must be epoch milliseconds or RFC 3339"),
        (encode(created_at=0), "created_at is missing: it must be epoch milliseconds or RFC 3339"),
        (encode(created_at="0001-01-01T00:00:00Z"), "created_at is missing: it must be epoch milliseconds or RFC 3339"),
        (encode(created_at=str(NOW)), "created_at: not an RFC 3339 time"),
        (encode(created_at="2026-11-24"), "created_at: not an RFC 3339 time"),
        (encode(created_at="2026-02-30T00:00:00Z"), "created_at: day is out of range for month"),
        (encode(created_at=1.5), "not a log: Expected `int | str | null`, got `float` - at `$.created_at`"),
        (encode(created_at=10**18), "created_at: a time outside the years 1 to 9999"),
        (encode(request_at="soon"), "request_at: not an RFC 3339 time"),
        (encode(code="200"), "not a log: Expected `int | null`, got `str` - at `$.code`"),
        (encode(code=2**63), "not a log: Expected `int` <= 9223372036854775807 - at `$.code`"),
        (encode(model=5), "not a log: Expected `str | null`, got `int` - at `$.model`"),
        (encode(used_amount="1"), "not a log: Expected `float | null`, got `str` - at `$.used_amount`"),
        (b'{"used_amount": 1e999}', "not a log: Number out of range - at `$.used_amount`"),
        (encode(usage=[]), "not a log: Expected `object | null`, got `array` - at `$.usage`"),
        (
            encode(usage={"input_tokens": "1"}),
            "not a log: Expected `int | null`, got `str` - at `$.usage.input_tokens`",
        ),
        (encode(metadata={"secret": 5}), "not a log: Expected `str | null`, got `int` - at `$.metadata"),
        (encode(request_detail={"request_body": {}}), "at `$.request_detail.request_body`"),
    ],
)
def test_what_is_no_log_is_refused_with_the_reason_in_words(value: bytes, reason: str) -> None:
    with pytest.raises(InvalidEventError) as refused:
        decode(value, WINDOW)

    assert reason in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("days", "moment", "accepted"),
    [
        (30, NOW - 30 * DAY, True),
        (30, NOW - 30 * DAY - 1, False),
        (30, NOW + DAY, True),
        (30, NOW + DAY + 1, False),
        (0, parse_rfc3339("2015-01-01T00:00:00Z"), True),
        (0, parse_rfc3339("2014-12-31T23:59:59.999Z"), False),
    ],
)
def test_the_accepted_window_runs_from_the_retention_to_one_day_ahead(days: int, moment: int, accepted: bool) -> None:
    try:
        decode(encode(created_at=moment), Window.at(NOW, days))
        found = True
    except InvalidEventError:
        found = False

    assert found is accepted


def test_an_id_of_none_becomes_null_so_that_it_does_not_sort_as_a_number() -> None:
    assert json.loads(decode(encode(id=0), WINDOW).value)["id"] is None


@pytest.mark.parametrize("none", [0, "", "0001-01-01T00:00:00Z", -62135596800000])
def test_a_request_time_of_none_becomes_null_so_that_it_does_not_sort_as_a_moment(none: int | str) -> None:
    log = decode(encode(request_at=none, retry_at=none), WINDOW)

    assert json.loads(log.value)["request_at"] is None


def test_a_time_that_elasticsearch_cannot_read_is_respelled_and_all_else_stays() -> None:
    value = b'{"x": 1.10,  "created_at": "2026-11-24t12:00:00z", "request_at": "2026-11-24 11:00:00Z"}'

    log = decode(value, WINDOW)

    assert log.value == b'{"x":1.10,"created_at":%d,"request_at":%d}' % (NOW, NOW - 3_600_000)


def test_null_is_the_same_as_absent_for_every_field() -> None:
    from mappings.event import LogEvent  # noqa: PLC0415 - only its names

    nothing = dict.fromkeys(set(LogEvent.__struct_fields__) - {"created_at"})

    assert decode(encode(**nothing, created_at=NOW), WINDOW).id == 0


def test_names_that_are_paths_to_elasticsearch_are_kept_beside_the_log_as_text() -> None:
    value = (
        b'{"created_at":%d,"":1,"a.b":[1.10],"_id":3,"usage":{"x.y":1e400,"input_tokens":3},"gateway_logs":{}}' % NOW
    )

    log = decode(value, WINDOW)

    assert log.value == b'{"created_at":%d,"usage":{"input_tokens":3}}' % NOW
    assert log.own == {"extra": '{"":1,"a.b":[1.10],"_id":3,"gateway_logs":{},"usage":{"x.y":1e400}}'}


def said(**fields: Any) -> list[str]:
    """Return what is searched of a log."""
    found: list[str] = decode(encode(**fields), WINDOW).own.get("text", [])
    return found


def test_content_and_bodies_are_searched_as_words_one_after_the_other() -> None:
    body = json.dumps({"q": "余额"})

    assert said(content="Bad KEY_1", request_detail={"request_body": body, "response_body": "plain"}) == [
        "bad key 1",
        "q 余额",
        "plain",
    ]


@pytest.mark.parametrize("detail", [None, {}, {"request_body": "", "response_body": "{}"}])
def test_a_log_without_words_has_no_text(detail: Any) -> None:
    assert said(content="...", request_detail=detail) == []


def test_the_texts_of_a_stream_are_searched_one_by_one() -> None:
    found = said(request_detail={"response_body": openai_chat_choices(["API호", "출"], ["余", "额"])})

    assert found[:2] == ["api호출", "余额"]
    assert found[2].startswith("data id chatcmpl ")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (r'{"q": "first\nsecond \"x\""}', "q first second x"),
        (r'{"q": "{\"a\": \"b\\nc\"}"}', "q a b c"),
        (r'{"q": "C:\\new \u4f59"}', "q c new 余"),
    ],
)
def test_escapes_of_a_body_are_read_before_its_words(body: str, words: str) -> None:
    assert said(request_detail={"request_body": body}) == [words]


def test_json_in_an_error_message_is_searched_as_text() -> None:
    assert said(content=r'upstream: {"message": "first\nsecond"} in C:\new') == [
        "upstream message first second in c new"
    ]


def test_a_secret_that_was_cut_into_chunks_is_not_searched() -> None:
    key = "sk-" + "proj-Zx81kLw0Qm_r4TnB6cVd2Ye7"
    body = openai_chat(["the key is ", key[:9], key[9:20], key[20:], " keep it"])

    log = decode(encode(request_detail={"response_body": body}), WINDOW, Redaction())

    assert log.own["text"][0] == "the key is redacted provider key keep it"
    assert "zx81klw0qm" not in " ".join(log.own["text"])


@pytest.mark.parametrize(
    "body",
    [
        r'data: {"id":"a\ud83d","choices":[{"delta":{"content":"x\ud83d"}}]}' + "\n\n",
        r'[{"candidates":[{"content":{"parts":[{"text":"\ud83d q\ude00"}]},"x":"\udfff"}]}]',
        r'{"a":"\ud83d"}',
        r'error: {"a":"\ud83d \n"}',
    ],
)
def test_half_a_surrogate_pair_in_a_body_is_no_part_of_a_word(body: str) -> None:
    log = decode(encode(content="x", request_detail={"response_body": body}), WINDOW, Redaction())

    assert log.own["text"][0] == "x"
    assert "\ufffd" not in "".join(log.own["text"])


@pytest.mark.parametrize("given", ["up-1", 5, 1.5, True, None])
def test_an_upstream_id_stays_a_field_of_the_document(given: Any) -> None:
    log = decode(encode(upstream_id=given), WINDOW)

    assert json.loads(log.value)["upstream_id"] == given
    assert "extra" not in log.own


@pytest.mark.parametrize("given", [{"a": 1}, ["a"], [["a"]], {}])
def test_an_upstream_id_that_no_index_holds_is_stored_beside_the_document(given: Any) -> None:
    log = decode(encode(upstream_id=given), WINDOW)

    assert "upstream_id" not in json.loads(log.value)
    assert json.loads(log.own["extra"]) == {"upstream_id": given}


def test_half_a_surrogate_pair_becomes_the_replacement_character() -> None:
    value = b'{"created_at":%d,"content":"a\\ud83d","x":"\\ude00 \\ud83d\\ude00 \\\\ud83d"}' % NOW

    log = decode(value, WINDOW)

    assert log.value == b'{"created_at":%d,"content":"a\\ufffd","x":"\\ufffd \\ud83d\\ude00 \\\\ud83d"}' % NOW


def test_line_ends_between_tokens_become_blanks() -> None:
    log = decode(b'\r\n{\n"created_at": %d,\r\n"content": "a\\nb"\n}\n' % NOW, WINDOW)

    assert log.value == b'{ "created_at": %d,  "content": "a\\nb" }' % NOW


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def outcome(value: bytes) -> Log | str:
    """Return the log, or the words it was refused with."""
    try:
        return decode(value, WINDOW)
    except InvalidEventError as refused:
        return str(refused)


@given(st.dictionaries(st.text(), anything, max_size=5))
def test_any_json_comes_through_whole_or_is_refused_in_words(fields: dict[str, Any]) -> None:
    found = outcome(encode(**{**fields, "created_at": NOW}))
    if isinstance(found, str):
        assert found
        return
    stored, extra = json.loads(found.value), json.loads(found.own.get("extra", "{}"))

    assert b"\n" not in found.value
    assert set(stored) | set(extra) >= set(fields)
    assert not any("." in name or not name.strip() for name in stored)


@given(st.binary())
def test_no_bytes_at_all_break_the_decoder(value: bytes) -> None:
    assert outcome(value)


def test_every_value_that_is_accepted_is_json_on_one_line() -> None:
    log = decode(encode(content="x\u2028y"), WINDOW)

    assert msgspec.json.decode(log.value)["content"] == "x\u2028y"
