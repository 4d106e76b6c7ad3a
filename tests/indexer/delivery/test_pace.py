"""Requests become fewer and smaller while Elasticsearch is overloaded, and slowly more and larger again."""

from time import monotonic

from hypothesis import given
from hypothesis import strategies as st

from indexer.delivery.pace import GOOD_ANSWERS, MAX_TIMEOUT_PAUSE_SECONDS, MIN_BYTES, Pace


def test_a_refusal_halves_size_and_number_and_a_timeout_leaves_one_small_request() -> None:
    pace = Pace(2_000_000, 8)
    pace.overloaded(timed_out=False)
    assert (pace.bulk_bytes, pace.requests) == (1_000_000, 4)
    pace.overloaded(timed_out=True)

    assert (pace.bulk_bytes, pace.requests) == (250_000, 1)


def test_good_answers_raise_it_slowly_to_where_it_was() -> None:
    pace = Pace(2_000_000, 4)
    for _ in range(20):
        pace.overloaded(timed_out=True)
    assert (pace.bulk_bytes, pace.requests) == (MIN_BYTES, 1)
    for _ in range(GOOD_ANSWERS):
        pace.succeeded()
    assert (pace.bulk_bytes, pace.requests) == (30_000, 2)
    for _ in range(20 * GOOD_ANSWERS):
        pace.succeeded()

    assert (pace.bulk_bytes, pace.requests) == (2_000_000, 4)


def test_only_a_timeout_pauses_and_each_one_longer() -> None:
    pace = Pace(2_000_000, 4)
    pace.overloaded(timed_out=False)
    assert pace.resume_at == 0
    pauses = []
    for _ in range(8):
        pace.overloaded(timed_out=True)
        pauses.append(round(pace.resume_at - monotonic(), 1))

    assert pauses == [1.0, 2.0, 4.0, 8.0, *[MAX_TIMEOUT_PAUSE_SECONDS] * 4]


@given(st.lists(st.sampled_from(["timeout", "429", "good"])), st.integers(1_000, 64_000_000), st.integers(1, 8))
def test_for_any_history_it_stays_within_its_bounds(history: list[str], most_bytes: int, most: int) -> None:
    pace = Pace(most_bytes, most)
    for event in history:
        if event == "good":
            pace.succeeded()
        else:
            pace.overloaded(timed_out=event == "timeout")

        assert min(MIN_BYTES, most_bytes) <= pace.bulk_bytes <= most_bytes
        assert 1 <= pace.requests <= most
