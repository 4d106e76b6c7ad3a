"""For any answers to any requests each operation ends once, and is sent until then and not after."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, cast
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.dead_letters.breaker import Breaker
from indexer.dead_letters.writer import Rejection
from indexer.delivery.bulk import Bulk, Verdict
from indexer.delivery.fate import Fate
from indexer.delivery.indices import Indices
from indexer.delivery.queue import Batch, Outbox
from indexer.delivery.sender import Desk, Sender
from indexer.event.document import Operation, weight
from indexer.metrics import Ledger
from indexer.offsets import Offsets, Span

PARTITION = TopicPartition("t", 0)
LAST = (Fate.INDEXED, Fate.DUPLICATE, Fate.DEAD_LETTER)

# What happens to one operation: some fates that mean "again", then one that is an end; or it spoils its requests.
Script = tuple[list[Fate], Fate, bool]
scripts = st.tuples(
    st.lists(st.sampled_from([Fate.RETRY, Fate.HOLD]), max_size=4), st.sampled_from(LAST), st.booleans()
)


class Scripted:
    """Stands for Elasticsearch, its indices and the dead-letter topic, and counts how each operation ended."""

    def __init__(self, script: list[Script], offsets: Offsets) -> None:
        self.ended: Counter[int] = Counter()
        self._script = [(iter(again), last, spoils) for again, last, spoils in script]
        self._offsets = offsets

    def send(self, operations: list[Operation]) -> list[Verdict]:
        """Answer as the script says; a request with one that spoils it is refused whole, until that is alone."""
        if len(operations) > 1 and any(self._script[number(one)][2] for one in operations):
            return [Verdict(Fate.SPLIT)] * len(operations)
        return [self._verdict(number(one)) for one in operations]

    def put(self, rejection: Rejection) -> None:
        """Take a dead letter."""
        self._offsets.finish(rejection.span, 1, weight(rejection.record))

    def prepare(self, _: Iterable[str]) -> dict[str, str]:
        """Have every index."""
        return {}

    def doubt(self, _: Iterable[str]) -> None:
        """Have it still."""

    def _verdict(self, place: int) -> Verdict:
        again, last, _ = self._script[place]
        fate = next(again, last)
        self.ended[place] += fate in LAST
        return Verdict(fate, "why")


def number(operation: Operation) -> int:
    return int(operation.record.offset)


def operation(offset: int, span: Span) -> Operation:
    record = ConsumerRecord("t", 0, 0, offset, 1, 0, None, b"{}", [], None, -1, 2, -1)
    return Operation(record, span, "index", b"action\n", b"{}", b"tail\n", weight(record) + 5, 14)


@given(st.lists(scripts, min_size=1, max_size=30))
def test_for_any_answers_each_operation_ends_exactly_once(script: list[Script]) -> None:
    offsets, ledger, outbox = Offsets(), Ledger(), Outbox(1_000)
    double: Any = Scripted(script, offsets)
    desk = Desk(outbox, cast("Bulk", double), cast("Indices", double), double, offsets, ledger, Breaker(1))
    span = Span(PARTITION, len(script), len(script), 0)
    operations = [operation(offset, span) for offset in range(len(script))]
    span.size = sum(one.weight for one in operations)
    offsets.dispatch(span)
    outbox.put(Batch(operations))
    with patch("indexer.delivery.queue.random", return_value=0.0):
        while offsets.records_under_way():
            batch = outbox.take()
            assert batch
            Sender(0, desk)._deliver(batch)

    assert double.ended == dict.fromkeys(range(len(script)), 1)
    assert offsets.to_commit() == {PARTITION: len(script)}
    assert offsets.bytes_under_way() == 0
    assert not outbox._ready
    assert not outbox._waiting
