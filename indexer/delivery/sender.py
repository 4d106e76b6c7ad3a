"""A thread that takes batches from the outbox and does not let go of an operation before it has its end."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from threading import Thread

import structlog

from indexer.dead_letters.breaker import Breaker
from indexer.dead_letters.writer import Refused, Rejection
from indexer.delivery.bulk import Bulk, by_fate
from indexer.delivery.fate import Fate
from indexer.delivery.indices import Indices
from indexer.delivery.queue import Batch, Outbox
from indexer.event.document import Operation, weight
from indexer.metrics import Ledger
from indexer.offsets import Offsets, Span

log = structlog.get_logger()

REFRESH_SECONDS = 1.0  # of the index: an acknowledged log is found after this time at the latest


@dataclass(slots=True, frozen=True)
class Desk:
    """What the senders share."""

    outbox: Outbox
    bulk: Bulk
    indices: Indices
    dead_letters: Refused
    offsets: Offsets
    ledger: Ledger
    breaker: Breaker


class Sender(Thread):
    """One bulk request at a time, for ever."""

    def __init__(self, number: int, desk: Desk) -> None:
        super().__init__(name=f"sender-{number}", daemon=True)
        self._desk = desk

    def run(self) -> None:
        """Deliver batches until the outbox is closed."""
        while batch := self._desk.outbox.take():
            try:
                self._deliver(batch)
            except Exception:
                log.exception("bulk request failed in an unforeseen way", operations=len(batch.operations))
                if batch.operations:
                    self._desk.outbox.put_later(batch.again(batch.operations, "an error in the indexer", held=True))

    def _deliver(self, batch: Batch) -> None:
        self._give_back([operation for operation in batch.operations if operation.span.gone])
        batch.operations = [operation for operation in batch.operations if not operation.span.gone]
        batch.operations = sendable = self._with_index(batch)
        if not sendable:
            return
        started = time.monotonic()
        fates = by_fate(sendable, self._desk.bulk.send(sendable))
        batch.operations = []  # from here on each has its fate: none may be sent again for an error below
        self._desk.ledger.bulk_seconds.observe(time.monotonic() - started)
        self._desk.ledger.bulk_requests.labels(_outcome(fates)).inc()
        self._finish(fates)
        self._go_on(batch, fates)

    def _give_back(self, operations: list[Operation]) -> None:
        """Let go of logs whose partition was taken away: its next owner has them, and they would fill the memory."""
        self._desk.ledger.returned.inc(len(operations))
        self._account(operations)

    def _with_index(self, batch: Batch) -> list[Operation]:
        """Return the operations whose index is there; the others wait, and do not keep these from going."""
        missing = self._desk.indices.prepare({operation.target for operation in batch.operations})
        if not missing:
            return batch.operations
        late = [operation for operation in batch.operations if operation.target in missing]
        self._wait(batch.again(late, next(iter(missing.values())), held=True), Fate.HOLD)
        return [operation for operation in batch.operations if operation.target not in missing]

    def _finish(self, fates: dict[Fate, list[tuple[Operation, str]]]) -> None:
        indexed, duplicate = fates.get(Fate.INDEXED, []), fates.get(Fate.DUPLICATE, [])
        self._desk.ledger.indexed.inc(len(indexed))
        self._desk.ledger.duplicate.inc(len(duplicate))
        refused = fates.get(Fate.DEAD_LETTER, [])
        self._desk.breaker.count("by Elasticsearch", len(indexed) + len(duplicate) + len(refused), len(refused))
        self._account([operation for operation, _ in indexed + duplicate])
        if indexed:
            oldest_ms = min(operation.record.timestamp for operation, _ in indexed)
            self._desk.ledger.age.observe(max(0.0, time.time() - oldest_ms / 1000 + REFRESH_SECONDS))
        for operation, why in refused:
            self._desk.offsets.weigh(operation.span, weight(operation.record) - operation.weight)
            self._desk.dead_letters.put(Rejection(operation.record, operation.span, why))

    def _account(self, operations: list[Operation]) -> None:
        ended: dict[Span, tuple[int, int]] = {}
        for operation in operations:
            records, size = ended.get(operation.span, (0, 0))
            ended[operation.span] = (records + 1, size + operation.weight)
        for span, (records, size) in ended.items():
            self._desk.offsets.finish(span, records, size)

    def _go_on(self, batch: Batch, fates: dict[Fate, list[tuple[Operation, str]]]) -> None:
        for fate in (Fate.RETRY, Fate.HOLD):
            if left := fates.get(fate):
                operations = [operation for operation, _ in left]
                if fate is Fate.HOLD:
                    self._desk.indices.doubt({operation.target for operation in operations})
                self._wait(batch.again(operations, left[0][1], held=fate is Fate.HOLD), fate)
        if left := fates.get(Fate.SPLIT):
            self._desk.outbox.put(*batch.again([operation for operation, _ in left], "", held=False).halves())

    def _wait(self, batch: Batch, fate: Fate) -> None:
        self._desk.ledger.retried.labels(fate.value).inc(len(batch.operations))
        log.warning("logs wait", reason=batch.why, logs=len(batch.operations), attempts=batch.attempts)
        self._desk.outbox.put_later(batch)


def _outcome(fates: Collection[Fate]) -> str:
    if all(fate in (Fate.INDEXED, Fate.DUPLICATE) for fate in fates):
        return "stored"
    return "partly" if Fate.INDEXED in fates else "refused"
