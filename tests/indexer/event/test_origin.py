"""The position in a header is believed when this program has signed it for this record, and only then."""

import pytest
from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.origin import ORIGIN_HEADER, NotVerifiableError, Origin, Origins, carries_position

KEY = b"k" * 32
FIRST = Origin("there", 7, 8, 9)
HERE = Origin("here", 1, 2, 3)


def record(*headers: tuple[str, bytes | None], value: bytes = b"{}") -> ConsumerRecord:
    return ConsumerRecord("here", 1, 0, 2, 3, 0, None, value, list(headers), None, -1, 2, -1)


def test_a_record_without_the_header_is_at_its_own_position() -> None:
    assert Origins().of(record(("h", b"v"))) == HERE
    assert HERE.is_of(record())


def test_a_signed_position_is_believed() -> None:
    assert Origins(KEY).of(record(("h", b"v"), FIRST.header(KEY, b"{}"))) == FIRST
    assert not FIRST.is_of(record())


@pytest.mark.parametrize("timestamp_ms", [-1, 0, 10**18])  # none, and a clock that counts nanoseconds
def test_an_origin_of_any_time_comes_back(timestamp_ms: int) -> None:
    first = Origin("there", 7, 2**63 - 1, timestamp_ms)

    assert Origins(KEY).of(record(first.header(KEY, b"{}"))) == first


@pytest.mark.parametrize(
    "header",
    [
        FIRST.header(b"another key" * 2, b"{}"),
        FIRST.header(KEY, b"another value"),
        (ORIGIN_HEADER, b"there/7/8/4398046511103"),  # as earlier releases wrote it, or a stranger
        (ORIGIN_HEADER, b"there/7/8/9/" + b"0" * 32),
        (ORIGIN_HEADER, b"there/7/9/9/" + FIRST.header(KEY, b"{}")[1][-32:]),
        (ORIGIN_HEADER, b"a b/7/8/9/" + b"0" * 32),
        (ORIGIN_HEADER, None),
        (ORIGIN_HEADER, b""),
        (ORIGIN_HEADER, b"\xff"),
    ],
)
def test_any_other_header_is_not_believed(header: tuple[str, bytes | None]) -> None:
    assert Origins(KEY).of(record(header)) == HERE
    assert carries_position(record(header))


def test_a_strangers_header_does_not_hide_ours() -> None:
    stranger = (ORIGIN_HEADER, b"there/7/8/4398046511103/" + b"0" * 32)

    assert Origins(KEY).of(record(stranger, FIRST.header(KEY, b"{}"))) == FIRST


def test_until_the_key_is_known_a_position_cannot_be_judged() -> None:
    with pytest.raises(NotVerifiableError):
        Origins().of(record(FIRST.header(KEY, b"{}")))
