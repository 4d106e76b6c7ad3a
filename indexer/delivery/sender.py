"""Sends batches until every operation in them has ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Thread

import structlog

from indexer.dead_letters.rejection import RejectedRecords, Rejection
from indexer.delivery.bulk import Bulk, Sorted
from indexer.delivery.indices import Indices
from indexer.delivery.outcome import Outcome
from indexer.delivery.queue import Batch, BatchQueue
from indexer.event.document import Operation
from indexer.ledger import Ledger

_log = structlog.get_logger()


@dataclass(slots=True, frozen=True)
class Delivery:
    """The way of one batch: its indices, the bulk request, and what follows from each outcome.

    Threads: every sender. Blocks: while an index is created and while the request runs. Raises: only by an error in
    this program; the sender then sends the batch again.
    """

    queue: BatchQueue
    bulk: Bulk
    indices: Indices
    rejected: RejectedRecords
    ledger: Ledger

    def deliver(self, batch: Batch) -> None:
        """Send a batch once; what has not ended goes back to the queue."""
        self._give_back([operation for operation in batch.operations if operation.span.gone])
        batch.operations = [operation for operation in batch.operations if not operation.span.gone]
        batch.operations = sendable = self._with_index(batch)
        if not sendable:
            return
        found = self.bulk.send(sendable)
        batch.operations = []  # each has its outcome now: an error below must not send any of them again
        self._end(found)
        self._send_again(batch, found)

    def _give_back(self, operations: list[Operation]) -> None:
        # The next owner of a revoked partition reads its records again; here they would only fill the memory.
        self.ledger.returned(operations)

    def _with_index(self, batch: Batch) -> list[Operation]:
        """Return the operations whose index exists; the others wait without holding up these."""
        missing = self.indices.prepare({operation.target for operation in batch.operations})
        if not missing:
            return batch.operations
        late = [operation for operation in batch.operations if operation.target in missing]
        self._wait(batch.again(late, next(iter(missing.values()))), Outcome.HOLD)
        return [operation for operation in batch.operations if operation.target not in missing]

    def _end(self, found: Sorted) -> None:
        self.ledger.indexed(_operations(found.get(Outcome.INDEXED, ())))
        self.ledger.duplicate(_operations(found.get(Outcome.DUPLICATE, ())))
        refused = found.get(Outcome.DEAD_LETTER, [])
        for operation, _ in refused:
            self.ledger.became_record(operation)
        rejections = [Rejection(operation.record, operation.span, why) for operation, why in refused]
        ended = sum(len(found.get(one, ())) for one in (Outcome.INDEXED, Outcome.DUPLICATE, Outcome.DEAD_LETTER))
        self.rejected.reject("by Elasticsearch", rejections, of_records=ended)

    def _send_again(self, batch: Batch, found: Sorted) -> None:
        for outcome in (Outcome.RETRY, Outcome.HOLD):
            if left := found.get(outcome):
                operations = _operations(left)
                if outcome is Outcome.HOLD:
                    self.indices.doubt({operation.target for operation in operations})
                self._wait(batch.again(operations, left[0][1]), outcome)
        if left := found.get(Outcome.SPLIT):
            self.queue.put(*batch.again(_operations(left), "").halves())

    def _wait(self, batch: Batch, outcome: Outcome) -> None:
        self.ledger.waits(batch.operations, outcome.value)
        _log.warning("logs wait", reason=batch.why, logs=len(batch.operations), attempts=batch.attempts)
        self.queue.put_later(batch)


class Sender(Thread):
    """A thread that delivers one batch at a time until the queue is closed."""

    def __init__(self, number: int, delivery: Delivery) -> None:
        super().__init__(name=f"sender-{number}", daemon=True)
        self._delivery = delivery

    def run(self) -> None:
        """Deliver batches."""
        queue = self._delivery.queue
        while batch := queue.take():
            try:
                self._delivery.deliver(batch)
            except Exception:  # noqa: BLE001 - the sender must survive, and the batch is sent again
                _log.exception("unexpected error while a batch was delivered", operations=len(batch.operations))
                if batch.operations:
                    queue.put_later(batch.again(batch.operations, "an error in the indexer"))


def _operations(found: Iterable[tuple[Operation, str]]) -> list[Operation]:
    return [operation for operation, _ in found]
