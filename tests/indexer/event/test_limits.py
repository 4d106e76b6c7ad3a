"""What one event may hold: what is beyond it is refused in words, or searched as it is written."""

import json
from typing import Any

import pytest

from indexer.dead_letters.reasons import UNKNOWN_REASON, kind_of
from indexer.event.decode import InvalidEventError, Window, decode
from indexer.event.limits import MAX_CHUNKS, MAX_METADATA, MAX_NAMES, MAX_OBJECT_FIELDS, MAX_READ

NOW = 1_800_000_000_000
WINDOW = Window(0, 2**60)


def encode(**fields: Any) -> bytes:
    return json.dumps({"created_at": NOW, **fields}).encode()


def numbered(number: int, name: str = "k") -> dict[str, int]:
    return {f"{name}{index}": index for index in range(number)}


def texts(number: int) -> dict[str, str]:
    return {f"k{index}": "v" for index in range(number)}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"metadata": texts(MAX_METADATA + 1)}, "metadata has more than 10000 keys"),
        (numbered(MAX_OBJECT_FIELDS), "the event has more than 10000 fields"),
        (numbered(MAX_OBJECT_FIELDS, "a."), "the event has more than 10000 fields"),
        ({"x": 1, "usage": numbered(MAX_OBJECT_FIELDS + 1)}, "usage has more than 10000 fields"),
        ({"x": numbered(MAX_NAMES)}, "the event has more than 100000 names in its objects"),
        ({"x": [numbered(10)] * (MAX_NAMES // 10)}, "the event has more than 100000 names in its objects"),
        ({"amount": numbered(MAX_NAMES)}, "the event has more than 100000 names in its objects"),
    ],
)
def test_an_event_that_holds_too_much_is_refused_with_a_kind_of_its_own(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidEventError) as refused:
        decode(encode(**fields), WINDOW)

    assert str(refused.value) == f"not usable: {reason}"
    assert kind_of(str(refused.value)) != UNKNOWN_REASON


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": texts(MAX_METADATA)},
        numbered(MAX_OBJECT_FIELDS - 1),
        {"x": 1, "usage": numbered(MAX_OBJECT_FIELDS)},
        {"x": numbered(MAX_NAMES - 2)},
        {"request_detail": {"request_body": json.dumps(numbered(MAX_NAMES))}},  # no names, but text
        {"x": ["a:"] * (MAX_NAMES + 1)},
    ],
    ids=["metadata", "fields", "usage", "names", "a body", "colons"],
)
def test_up_to_the_limit_it_is_a_log(fields: dict[str, Any]) -> None:
    assert decode(encode(**fields), WINDOW).created_ms == NOW


@pytest.mark.parametrize(("body", "is_read"), [("\\u4f59" * 10, True), ("\\u4f59" * (MAX_READ // 6 + 1), False)])
def test_a_body_that_is_too_long_is_searched_as_it_is_written(body: str, is_read: bool) -> None:
    log = decode(encode(request_detail={"request_body": f'{{"q":"{body}"}}'}), WINDOW)

    assert ("余余" in log.own["text"][0]) is is_read


@pytest.mark.parametrize(
    "chunk",
    ['data: {"choices":[{"index":0,"delta":{"content":"w%d "}}]}\n\n', '{"done":false,"response":"w%d "}\n'],
)
@pytest.mark.parametrize("chunks", [MAX_CHUNKS // 10, MAX_CHUNKS + 2])
def test_a_stream_of_too_many_chunks_is_searched_as_it_is_written(chunk: str, chunks: int) -> None:
    log = decode(encode(request_detail={"response_body": "".join(chunk % number for number in range(chunks))}), WINDOW)

    assert log.own["text"][0].startswith("w0 w1 w2") is (chunks < MAX_CHUNKS)


def test_fields_that_are_not_read_are_not_decoded_and_their_text_is_checked() -> None:
    value = b'{"created_at":%d,"amount":["\xff"]}' % NOW

    with pytest.raises(InvalidEventError, match="not UTF-8"):
        decode(value, WINDOW)
    assert decode(value.replace(b"\xff", "余".encode()), WINDOW).value.startswith(b'{"created_at"')
