"""The commit point never passes an unfinished record, never goes back, and reaches the end."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition

from indexer.offsets import FEW_SPANS, Offsets, Parked, Span

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


def test_what_is_parked_holds_the_commit_point_and_nothing_else() -> None:
    offsets = Offsets()
    span = Span(P0, 10, 10, 100)
    offsets.dispatch(span)
    offsets.park(span, 4, 10, "closed")
    offsets.finish(span, 9, 90)

    assert (offsets.to_commit(), offsets.records_in_flight(), offsets.bytes_in_flight()) == ({P0: 4}, 0, 0)
    assert offsets.parked() == {P0: {"closed": Parked(4, 5, 1)}}


def test_what_is_read_again_holds_the_commit_point_until_it_has_ended() -> None:
    offsets = Offsets()
    span = Span(P0, 10, 1, 1)
    offsets.dispatch(span)
    offsets.park(span, 4, 1, "closed")
    again = Span(P0, 5, 1, 1)
    offsets.reread(again, 4, ["closed"], {"closed": 1})

    assert (offsets.to_commit(), offsets.parked()) == ({P0: 4}, {})
    offsets.finish(again, 1, 1)
    assert offsets.to_commit() == {P0: 10}


def test_a_part_that_is_read_again_leaves_the_rest_parked() -> None:
    offsets = Offsets()
    span = Span(P0, 10, 10, 10)
    offsets.dispatch(span)
    for offset in range(10):
        offsets.park(span, offset, 1, "closed")
    offsets.reread(Span(P0, 3, 0, 0), 0, ["closed"], {"closed": 3})

    assert offsets.parked() == {P0: {"closed": Parked(3, 10, 7)}}
    assert offsets.to_commit() == {P0: 3}


def test_a_revoked_partition_forgets_what_is_parked() -> None:
    offsets = Offsets()
    span = Span(P0, 10, 2, 2)
    offsets.dispatch(span)
    offsets.park(span, 4, 1, "closed")
    offsets.forget([P0])
    offsets.park(span, 5, 1, "closed")

    assert offsets.parked() == {}
    assert not offsets.reread(Span(P0, 5, 1, 1), 4, ["closed"], {})
    assert offsets.records_in_flight() == 0


class History:
    """Records of one partition that end, are parked and are read again, beside the offsets that are told so."""

    def __init__(self, cause_of: list[str]) -> None:
        self.offsets = Offsets()
        self.ended: set[int] = set()
        self.records = cause_of  # the cause that may hold each of them up
        self._open: list[tuple[Span, int]] = []
        self._polled = 0

    def poll(self, number: int) -> None:
        """Poll so many records."""
        first, self._polled = self._polled, min(self._polled + number, len(self.records))
        if first < self._polled:
            span = Span(P0, self._polled, self._polled - first, self._polled - first)
            self.offsets.dispatch(span)
            self._open += [(span, offset) for offset in range(first, self._polled)]

    def end(self, pick: int, number: int) -> None:
        """End some of the records in flight."""
        for _ in range(min(number, len(self._open))):
            span, offset = self._open.pop(pick % len(self._open))
            self.offsets.finish(span, 1, 1)
            self.ended.add(offset)

    def park(self, pick: int, number: int) -> None:
        """Park some of the records in flight."""
        for _ in range(min(number, len(self._open))):
            span, offset = self._open.pop(pick % len(self._open))
            self.offsets.park(span, offset, 1, self.records[offset])

    def reread(self, cause: str, number: int, skip: int = 0) -> None:
        """Read so many records again from the first that waits for a cause, or from a later one."""
        parked = self.offsets.parked().get(P0, {}).get(cause)
        if parked and parked.first + skip < parked.end:
            first, end = parked.first + skip, min(parked.first + skip + number, parked.end)
            again = [offset for offset in range(first, end) if self.records[offset] == cause]
            span = Span(P0, end, len(again), len(again))
            self.offsets.reread(span, first, [cause], {cause: len(again)})
            self._open += [(span, offset) for offset in again]

    def finish(self) -> None:
        """Go on until everything has ended."""
        self.poll(len(self.records))
        while self._open or self.offsets.parked():
            self.end(0, len(self._open))
            for cause in "ab":
                self.reread(cause, 3)

    def first_not_ended(self) -> int:
        """Return the first offset that must not be passed."""
        return next((offset for offset in range(self._polled) if offset not in self.ended), self._polled)


Moves = list[tuple[str, int, int]]
moves = st.lists(
    st.tuples(st.sampled_from(["poll", "end", "park", "reread"]), st.integers(0, 9), st.integers(1, 5)), max_size=60
)


@patch("indexer.offsets.FEW_SPANS", 2)
@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=40), moves)
def test_for_any_history_of_waiting_nothing_that_waits_is_passed(causes: list[str], history: Moves) -> None:
    world = History(causes)
    for move, pick, number in history:
        if move == "poll":
            world.poll(number)
        elif move == "reread":
            world.reread("ab"[pick % 2], number, pick % 3)
        else:
            (world.end if move == "end" else world.park)(pick, number)
        assert world.offsets.finished().get(P0, 0) <= world.first_not_ended()
    world.finish()

    assert world.ended == set(range(len(causes)))
    assert world.offsets.finished() == {P0: len(causes)}
    assert (world.offsets.records_in_flight(), world.offsets.bytes_in_flight()) == (0, 0)
