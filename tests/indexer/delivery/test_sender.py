"""For any answers to any requests each operation ends once, and is sent until then and not after."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, cast
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.causes import Causes
from indexer.dead_letters.rejection import Rejection, Stage
from indexer.delivery.bulk import Bulk, BulkAnswer, ItemResult, by_outcome
from indexer.delivery.indices import Indices
from indexer.delivery.outcome import Outcome
from indexer.delivery.pace import Pace
from indexer.delivery.queue import Batch, SendQueue
from indexer.delivery.sender import Delivery
from indexer.event.document import Operation, record_weight
from indexer.event.origin import Origin
from indexer.ledger import Ledger
from indexer.offsets import Parked, Span

PARTITION = TopicPartition("t", 0)
LAST = (Outcome.INDEXED, Outcome.DUPLICATE, Outcome.DEAD_LETTER)

# What happens to one operation: some outcomes that mean "again", then one that is an end; or it spoils its requests.
Script = tuple[list[Outcome], Outcome, bool]
scripts = st.tuples(
    st.lists(st.sampled_from([Outcome.RETRY, Outcome.HOLD]), max_size=4), st.sampled_from(LAST), st.booleans()
)


class Scripted:
    """A double of Elasticsearch, its indices and the dead-letter topic; counts how each operation ended."""

    def __init__(self, script: list[Script], ledger: Ledger) -> None:
        self.ended: Counter[int] = Counter()
        self.layouts: dict[str, int] = {}
        self._script = [(iter(again), last, spoils) for again, last, spoils in script]
        self._ledger = ledger

    def send(self, operations: list[Operation]) -> BulkAnswer:
        """Answer as the script says; a request with one that spoils it is refused whole, until that is alone."""
        if len(operations) > 1 and any(self._script[number(one)][2] for one in operations):
            return BulkAnswer(by_outcome(operations, [ItemResult(Outcome.SPLIT)] * len(operations)), is_refused=True)
        return BulkAnswer(by_outcome(operations, [self._result(number(one)) for one in operations]))

    def reject(self, _: Stage, rejections: Sequence[Rejection], of_records: int) -> None:  # noqa: ARG002
        """Take dead letters."""
        for rejection in rejections:
            self._ledger.dead_lettered(rejection.record, rejection.span)

    def prepare(self, _: Iterable[str], seconds: float) -> dict[str, str]:  # noqa: ARG002
        """Have every index."""
        return {}

    def doubt(self, _: Iterable[str]) -> None:
        """Have it still."""

    def _result(self, place: int) -> ItemResult:
        again, last, _ = self._script[place]
        outcome = next(again, last)
        self.ended[place] += outcome in LAST
        return ItemResult(outcome, "why")


def number(operation: Operation) -> int:
    return int(operation.record.offset)


def operation(offset: int, span: Span) -> Operation:
    record = ConsumerRecord("t", 0, 0, offset, 1, 0, None, b"{}", [], None, -1, 2, -1)
    return Operation(
        record, Origin("t", 0, offset, 1), span, "index", b"action\n", b"{}", b"tail\n", record_weight(record) + 5, 14
    )


def read_again(script: list[Script], double: Scripted, ledger: Ledger) -> list[Operation]:
    """Return what a reader of parked records hands on: every operation of the parked range, also one that has ended."""
    parked = ledger.offsets.parked().get(PARTITION, {})
    if not parked:
        return []
    first, end = min(one.first for one in parked.values()), max(one.end for one in parked.values())
    span = Span(PARTITION, end, 0, 0)
    again = [operation(offset, span) for offset in range(first, min(end, len(script))) if not double.ended[offset]]
    span.records, span.size = len(again), sum(one.weight for one in again)
    ledger.reread(span, first, tuple(parked), {})
    return again


@given(st.lists(scripts, min_size=1, max_size=30))
def test_for_any_answers_each_operation_ends_exactly_once(script: list[Script]) -> None:
    ledger, queue = Ledger(), SendQueue(Pace(1_000, 4), 0.0)
    offsets = ledger.offsets
    double: Any = Scripted(script, ledger)
    bulk, indices = cast("Bulk", double), cast("Indices", double)
    delivery = Delivery(queue, Pace(1_000, 4), bulk, indices, Causes(), double, ledger)
    span = Span(PARTITION, len(script), len(script), 0)
    operations = [operation(offset, span) for offset in range(len(script))]
    span.size = sum(one.weight for one in operations)
    ledger.polled(span)
    with patch("indexer.delivery.queue.random", return_value=0.0):
        while operations:
            queue.put(operations)
            while offsets.records_in_flight():
                batch = queue.take()
                assert batch
                delivery.deliver(batch)
            operations = read_again(script, double, ledger)

    assert double.ended == dict.fromkeys(range(len(script)), 1)
    assert offsets.to_commit() == {PARTITION: len(script)}
    assert offsets.bytes_in_flight() == 0
    assert not queue._ready
    assert not queue._later


def test_an_operation_in_another_layout_than_its_index_is_read_again_at_once() -> None:
    ledger, causes = Ledger(), Causes()
    double: Any = Scripted([([], Outcome.INDEXED, False)] * 2, ledger)
    queue = SendQueue(Pace(1_000, 4), 0.0)
    delivery = Delivery(queue, Pace(1_000, 4), cast("Bulk", double), cast("Indices", double), causes, double, ledger)
    span = Span(PARTITION, 2, 2, 0)
    operations = [operation(offset, span) for offset in range(2)]
    span.size = sum(one.weight for one in operations)
    ledger.polled(span)
    operations[1].layout = 2  # of the index, which became known meanwhile
    double.layouts["index"] = 2
    delivery.deliver(Batch(operations))

    assert double.ended == {1: 1}
    assert ledger.offsets.parked() == {PARTITION: {"index": Parked(0, 1, 1)}}
    assert causes.is_due("index")
