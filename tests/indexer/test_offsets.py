"""The commit point never passes an unfinished record, never goes back, and reaches the end."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition

from indexer.offsets import FEW_SPANS, Offsets, Span

P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


def test_the_commit_point_is_the_end_of_the_longest_finished_prefix() -> None:
    offsets = Offsets()
    spans = [Span(P0, end, 10, 100) for end in (10, 20, 30)]
    for span in spans:
        offsets.dispatch(span)
    offsets.finish(spans[1], 10, 100)
    assert offsets.to_commit() == {}
    offsets.finish(spans[0], 9, 90)
    assert offsets.to_commit() == {}
    offsets.finish(spans[0], 1, 10)

    assert offsets.to_commit() == {P0: 20}


def all_committed() -> Offsets:
    """Return offsets of which everything is finished and committed."""
    offsets = Offsets()
    span = Span(P0, 10, 1, 1)
    offsets.dispatch(span)
    offsets.finish(span, 1, 1)
    offsets.committed({P0: 10})
    return offsets


def test_what_was_committed_is_not_committed_again() -> None:
    assert all_committed().to_commit() == {}


def test_what_was_committed_is_committed_again_when_asked() -> None:
    offsets = all_committed()

    assert (offsets.to_commit(), offsets.to_commit(again=True)) == ({}, {P0: 10})


def test_a_late_answer_for_a_revoked_partition_moves_nothing() -> None:
    offsets = Offsets()
    late = Span(P0, 10, 1, 1)
    offsets.dispatch(late)
    offsets.forget([P0])
    offsets.own([P0])
    offsets.dispatch(Span(P0, 5, 1, 1))
    offsets.finish(late, 1, 1)

    assert offsets.to_commit() == {}
    assert offsets.records_in_flight() == 1


def test_what_is_in_flight_of_a_revoked_partition_is_marked_and_still_counted() -> None:
    offsets = Offsets()
    span = Span(P0, 10, 2, 200)
    offsets.dispatch(span)
    offsets.forget([P0])

    assert span.gone
    assert offsets.bytes_in_flight() == 200
    offsets.finish(span, 2, 200)
    assert (offsets.records_in_flight(), offsets.bytes_in_flight()) == (0, 0)


def test_gaps_at_the_end_are_passed_only_when_nothing_is_in_flight() -> None:
    offsets = Offsets()
    span = Span(P0, 10, 1, 1)
    offsets.dispatch(span)
    offsets.caught_up(P0, 12)
    assert offsets.to_commit() == {}
    offsets.finish(span, 1, 1)
    offsets.caught_up(P0, 12)

    assert offsets.to_commit() == {P0: 12}


def test_drained_is_answered_when_the_last_record_of_these_partitions_is_finished() -> None:
    offsets = Offsets()
    mine, other = Span(P0, 10, 2, 2), Span(P1, 10, 1, 1)
    offsets.dispatch(mine)
    offsets.dispatch(other)
    drained = offsets.drained([P0])
    offsets.finish(mine, 1, 1)
    assert not drained.is_done
    offsets.finish(mine, 1, 1)

    assert drained.value is True


def test_drained_is_answered_at_once_when_the_partitions_are_lost() -> None:
    offsets = Offsets()
    offsets.dispatch(Span(P0, 10, 1, 1))
    drained = offsets.drained([P0])
    offsets.forget([P0])

    assert drained.value is True


steps = st.lists(
    st.tuples(st.sampled_from(["dispatch", "finish", "commit", "revoke"]), st.integers(0, 7), st.integers(1, 5)),
    max_size=80,
)


def test_behind_a_record_that_waits_finished_runs_do_not_pile_up() -> None:
    offsets = Offsets()
    waits = Span(P0, 1, 1, 1)
    offsets.dispatch(waits)
    for number in range(1, 20_000):
        span = Span(P0, number + 1, 1, 1)
        offsets.dispatch(span)
        offsets.finish(span, 1, 1)

    assert len(offsets._partitions[P0].spans) <= 2 * FEW_SPANS
    assert offsets.to_commit() == {}
    offsets.finish(waits, 1, 1)
    assert offsets.to_commit() == {P0: 20_000}


@patch("indexer.offsets.FEW_SPANS", 2)
@given(steps)
def test_for_any_history_the_commit_point_is_safe_monotonic_and_complete(history: list[tuple[str, int, int]]) -> None:
    offsets, end, point, committed = Offsets(), 0, 0, 0
    open_spans: list[tuple[Span, int]] = []  # with the offset it begins at
    orphans: list[Span] = []
    for step, pick, number in history:
        if step == "dispatch":
            span = Span(P0, end + number, number, number)
            open_spans.append((span, end))
            end += number
            offsets.dispatch(span)
        elif step == "finish" and open_spans:
            span, _ = open_spans[pick % len(open_spans)]
            offsets.finish(span, 1, 1)
            open_spans = [(one, start) for one, start in open_spans if one.records]
        elif step == "commit":
            committed = offsets.to_commit().get(P0, committed)
            offsets.committed({P0: committed})
        elif step == "revoke":
            orphans += [span for span, _ in open_spans]
            open_spans, end, point = [], committed, committed
            offsets.forget([P0])
            offsets.own([P0])
        first_open = min((start for _, start in open_spans), default=end)
        for orphan in [span for span in orphans if span.records][:pick]:
            offsets.finish(orphan, 1, 1)
        found = offsets.to_commit().get(P0, point)
        assert point <= found <= first_open
        point = found
    for span, _ in open_spans:
        offsets.finish(span, span.records, span.size)

    assert offsets.to_commit().get(P0, committed) == end
