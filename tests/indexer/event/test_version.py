"""The later record has the higher version, whatever its timestamp, offset and partition are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.event.origin import Origin
from indexer.event.version import WIDTHS, version

NOW = 1_795_000_000_000


def at(timestamp_ms: int, offset: int = 0, partition: int = 0) -> Origin:
    return Origin("t", partition, offset, timestamp_ms)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (at(NOW), at(NOW + 1)),
        (at(NOW, offset=10**9), at(NOW + 1)),
        (at(NOW, offset=7), at(NOW, offset=8)),
        (at(NOW, offset=2**21 - 1), at(NOW, offset=2**21)),
        (at(NOW, offset=2**32 - 1), at(NOW, offset=2**32)),
        (at(NOW, partition=0), at(NOW, partition=1)),
        (at(NOW - 1), at(NOW)),
        (at(1), at(2)),
        (at(-1, offset=2**50), at(0)),
        (at(-1, offset=7), at(-1, offset=8)),
        (at(NOW), at(2**43)),
        (at(2**43), at(10**18)),
        (at(10**18, offset=2**40), at(2 * 10**18, offset=2**40 + 1)),
    ],
)
def test_the_version_is_higher_for_the_later_record(earlier: Origin, later: Origin) -> None:
    assert version(earlier, NOW) < version(later, NOW)


def test_records_of_thirty_days_later_are_told_apart_by_the_millisecond_and_by_fifty_million_offsets() -> None:
    moment = NOW + 30 * 86_400_000

    assert version(at(moment, offset=49_999_999), NOW) < version(at(moment + 1), NOW)
    assert version(at(moment, offset=2**23 - 1), NOW) > version(at(moment, offset=2**23 - 2), NOW)


moments = st.one_of(st.integers(-1, 2**43), st.integers(-100, 100).map(lambda ms: NOW + ms))


@given(st.integers(0, 2**42), moments, moments, st.integers(0, 2**60), st.integers(0, 2**60))
def test_for_any_two_moments_the_timestamps_decide(
    created_ms: int, first_ms: int, second_ms: int, offset: int, other: int
) -> None:
    first, second = version(at(first_ms, offset), created_ms), version(at(second_ms, other), created_ms)

    assert 0 <= first < 2**63
    if first_ms != second_ms:
        assert (first < second) == (first_ms < second_ms)


@given(st.sampled_from(WIDTHS), st.booleans(), st.data())
def test_equal_timestamps_are_ordered_by_their_offsets(width: int, is_before: bool, data: st.DataObject) -> None:
    distance = 2**width - 1
    free = 58 - width - 3
    lower, higher = sorted(data.draw(st.tuples(st.integers(0, 2**free - 1), st.integers(0, 2**free - 1))))
    created_ms = 2**43
    moment = created_ms - distance if is_before else created_ms + distance
    first, second = version(at(moment, lower), created_ms), version(at(moment, higher), created_ms)

    assert first < second if lower < higher else first == second
