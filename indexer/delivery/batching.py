"""Polled records become batches of operations; what is not a log is rejected."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.dead_letters.rejection import RejectedRecords, Rejection
from indexer.delivery.queue import Batch, BatchQueue
from indexer.event.decode import InvalidEventError
from indexer.event.document import Operation, record_weight
from indexer.event.reader import EventReader
from indexer.ledger import Ledger
from indexer.offsets import Span

_log = structlog.get_logger()

MAX_OPERATIONS = 5_000  # of one bulk request, however small they are


@dataclass(slots=True, frozen=True)
class BatchLimits:
    """When a batch is sent: at so many bytes, or after so many seconds."""

    bulk_bytes: int
    linger_seconds: float


class Batcher:
    """The batch that is being filled.

    Thread: only the one that polls. Blocks: never. Raises: nothing; a record that cannot be read is rejected.
    """

    def __init__(
        self, reader: EventReader, limits: BatchLimits, queue: BatchQueue, rejected: RejectedRecords, ledger: Ledger
    ) -> None:
        self._reader = reader
        self._limits = limits
        self._queue = queue
        self._rejected = rejected
        self._ledger = ledger
        self._operations: list[Operation] = []
        self._size = 0
        self._since = 0.0

    def take(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> int:
        """Take one polled run of records of one partition, in the order of their offsets.

        Return the weight of the heaviest of them, bytes.
        """
        weights = [record_weight(record) for record in records]
        span = Span(partition, records[-1].offset + 1, len(records), sum(weights))
        self._ledger.polled(span)
        window = self._reader.window(int(time.time() * 1000))
        heaviest, copied = max(weights), 0
        rejections: list[Rejection] = []
        for record, weight in zip(records, weights, strict=True):
            if record.value is None:
                self._ledger.skipped(record, span)
                continue
            try:
                read = self._reader.read(record, span, window)
                self._add(read.operation)
                self._ledger.redacted(read.redacted)
                heaviest = max(heaviest, read.operation.weight)
                copied += read.operation.weight - weight
            except InvalidEventError as error:
                rejections.append(Rejection(record, span, str(error)))
            except Exception as error:  # noqa: BLE001 - see below
                # A record that this program cannot handle must not stop those behind it. Where it is all of them, the
                # breaker holds.
                _log.exception("a record could not be read", partition=record.partition, offset=record.offset)
                rejections.append(Rejection(record, span, f"an error in the indexer: {type(error).__name__}"))
        self._ledger.offsets.weigh(span, copied)
        self._rejected.reject("by the indexer", rejections, of_records=len(records))
        return heaviest

    def flush_if_due(self, caught_up: bool) -> None:
        """Send the batch if it has waited long enough, or if the topic was read to its end and a sender is idle."""
        if not self._operations:
            return
        waited = time.monotonic() - self._since
        if waited >= self._limits.linger_seconds or (caught_up and self._queue.has_idle_sender()):
            self.flush()

    def flush(self) -> None:
        """Send the batch as it is."""
        if self._operations:
            self._queue.put(Batch(self._operations))
            self._operations, self._size = [], 0

    def _add(self, operation: Operation) -> None:
        if self._size + operation.size > self._limits.bulk_bytes or len(self._operations) == MAX_OPERATIONS:
            self.flush()
        if not self._operations:
            self._since = time.monotonic()
        self._operations.append(operation)
        self._size += operation.size
