"""Sends batches until every operation in them has ended, or waits in Kafka for its index."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Thread

import structlog
from elastic_transport import TransportError

from indexer.causes import Causes
from indexer.dead_letters.rejection import REFUSED, RejectedRecords, Rejection
from indexer.delivery.bulk import Bulk, BulkAnswer, Sorted
from indexer.delivery.indices import Indices
from indexer.delivery.outcome import Outcome
from indexer.delivery.pace import Pace
from indexer.delivery.queue import Batch, SendQueue
from indexer.delivery.siblings import whole_records
from indexer.event.document import Operation
from indexer.ledger import Ledger

_log = structlog.get_logger()

MAX_ATTEMPTS = 6  # of an operation that its index refuses for the moment, about ten seconds; then it waits in Kafka
PREPARE_SECONDS = 2.0  # for new indices in one batch: logs of thousands of old days must not hold up those of today
ENDED = (Outcome.INDEXED, Outcome.DUPLICATE, Outcome.DEAD_LETTER)


@dataclass(slots=True, frozen=True)
class Delivery:
    """The way of one batch: its indices, the bulk request, and what follows from each outcome.

    Threads: every sender. Blocks: while an index is created and while the request runs. Raises: only by an error in
    this program; the sender then sends the batch again.
    """

    queue: SendQueue
    pace: Pace
    bulk: Bulk
    indices: Indices
    causes: Causes
    rejected: RejectedRecords
    ledger: Ledger

    def deliver(self, batch: Batch) -> None:
        """Send a batch once; what has not ended goes back to the queue, or waits in Kafka."""
        gone = [operation for operation in batch.operations if operation.span.gone]
        # The next owner of a revoked partition reads its records again; here they would only fill the memory.
        self._end_records(whole_records({Outcome.RETURNED: [(operation, "") for operation in gone]}))
        batch.operations = [operation for operation in batch.operations if not operation.span.gone]
        try:
            batch.operations = sendable = self._with_index(batch.operations)
        except TransportError as error:
            self._send_later(batch.again(batch.operations, f"Elasticsearch is away: {type(error).__name__}"))
            return
        if not sendable:
            return
        answer = self.bulk.send(sendable)
        batch.operations = []  # each has its outcome now: an error below must not send any of them again
        self._adapt(answer)
        self._end(answer.found)
        self._send_again(batch, answer)

    def _with_index(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Return the operations whose index exists and has their layout; the others wait in Kafka."""
        missing = self.indices.prepare({operation.target for operation in operations}, PREPARE_SECONDS)
        layouts = self.indices.layouts
        sendable: list[Operation] = []
        held: list[tuple[Operation, str]] = []
        again: list[tuple[Operation, str]] = []
        for one in operations:
            if why := missing.get(one.target):
                held.append((one, why))
            elif one.target in missing or one.layout != layouts.get(one.target, one.layout):
                # Its index comes later, or has another layout, which the reader knows now: without a block it is read
                # again at once.
                again.append((one, one.target))
            else:
                sendable.append(one)
        self._park(held)
        self._end_records(whole_records({Outcome.PARKED: again}))
        return sendable

    def _adapt(self, answer: BulkAnswer) -> None:
        if answer.is_overloaded:
            self.pace.overloaded(timed_out=answer.is_timed_out)
        elif not answer.is_refused:
            self.pace.succeeded()

    def _end(self, found: Sorted) -> None:
        ended = {outcome: operations for outcome, operations in found.items() if outcome in ENDED}
        self._end_records(whole_records(ended))
        self.causes.clear({operation.target for operations in ended.values() for operation, _ in operations})

    def _end_records(self, ended: Sorted) -> None:
        """End records: their operations, and those that ended before, perhaps in another batch."""
        self.ledger.returned(_operations(ended.get(Outcome.RETURNED, ())))
        self.ledger.indexed(_operations(ended.get(Outcome.INDEXED, ())))
        self.ledger.duplicate(_operations(ended.get(Outcome.DUPLICATE, ())))
        for operation, cause in ended.get(Outcome.PARKED, ()):
            self.ledger.parked([operation], cause)
        refused = ended.get(Outcome.DEAD_LETTER, [])
        for operation, _ in refused:
            self.ledger.became_record(operation)
        rejections = [Rejection(operation.record, operation.origin, operation.span, why) for operation, why in refused]
        judged = sum(len(ended.get(outcome, ())) for outcome in ENDED)
        self.rejected.reject("by Elasticsearch", rejections, of_records=judged)

    def _send_again(self, batch: Batch, answer: BulkAnswer) -> None:
        if left := answer.found.get(Outcome.SPLIT):
            self.queue.put_halves(batch.again(_operations(left), ""))
        retried, held = answer.found.get(Outcome.RETRY, []), answer.found.get(Outcome.HOLD, [])
        self.indices.doubt({operation.target for operation, _ in held})
        if answer.is_refused and len(held) == 1:
            self._park(held, REFUSED)  # for this operation alone, such as a 413 of a proxy
        elif answer.is_refused:
            retried += held  # for all operations alike: they wait here, and partitions are paused
        elif batch.attempts >= MAX_ATTEMPTS and not answer.is_overloaded:
            self._park(held + retried)
            retried = []
        else:
            self._park(held)
        if retried:
            self._send_later(batch.again(_operations(retried), retried[0][1]))

    def _send_later(self, batch: Batch) -> None:
        self.ledger.waits(batch.operations, Outcome.RETRY.value)
        _log.warning("logs wait", reason=batch.why, logs=len(batch.operations), attempts=batch.attempts)
        self.queue.put_later(batch)

    def _park(self, held: Sequence[tuple[Operation, str]], cause: str = "") -> None:
        """Give operations back to Kafka until their index can be written, or until this cause is gone."""
        by_cause: dict[str, list[tuple[Operation, str]]] = defaultdict(list)
        for operation, why in held:
            by_cause[cause or operation.target].append((operation, why))
        for one, waiting in by_cause.items():
            why = waiting[0][1]
            self.causes.block(one, why)
            self.ledger.waits(_operations(waiting), Outcome.HOLD.value)
            self._end_records(whole_records({Outcome.PARKED: [(operation, one) for operation in _operations(waiting)]}))
            _log.warning("logs wait in Kafka", cause=one, reason=why, logs=len(waiting))


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
