"""Polled records become batches: decoded, framed, or rejected. Belongs to the one thread that polls."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.dead_letters.breaker import Breaker
from indexer.dead_letters.writer import Refused, Rejection
from indexer.delivery.queue import Batch, Outbox
from indexer.event.decode import InvalidEventError, Log, Window, decode
from indexer.event.document import Operation, Place, operation, weight
from indexer.event.redact import Redaction
from indexer.kafka_python.damaged import Unreadable
from indexer.metrics import Ledger
from indexer.offsets import Offsets, Span

log = structlog.get_logger()

MOST_OPERATIONS = 5_000  # of one bulk request, however small they are


@dataclass(slots=True, frozen=True)
class Limits:
    """When a batch goes: at this many bytes, or after this many seconds."""

    bulk_bytes: int
    linger_seconds: float


@dataclass(slots=True, frozen=True)
class Reading:
    """How a record value is read: which logs are too old, and which secrets are taken out."""

    retention_days: int
    redaction: Redaction


class Intake:
    """The batch that is being filled, and where records go that are no log."""

    def __init__(self, place: Place, reading: Reading, limits: Limits, outbox: Outbox) -> None:
        self._place = place
        self._reading = reading
        self._limits = limits
        self._outbox = outbox
        self._operations: list[Operation] = []
        self._size = 0
        self._since = 0.0

    def take(self, partition: TopicPartition, records: Sequence[ConsumerRecord], ends: "Ends") -> int:
        """Take in one polled run of records of one partition, in the order of their offsets.

        Return the weight of the heaviest, bytes.
        """
        weights = [weight(record) for record in records]
        span = Span(partition, records[-1].offset + 1, len(records), sum(weights))
        ends.ledger.polled.inc(len(records))
        ends.offsets.dispatch(span)
        window = Window.at(int(time.time() * 1000), self._reading.retention_days)
        heaviest, copied = max(weights), 0
        refused: list[Rejection] = []
        for record, bare in zip(records, weights, strict=True):
            if record.value is None:
                ends.skip(record, span)
                continue
            try:
                found = _log(record, window, self._reading.redaction)
                one = operation(found, record, span, self._place)
                heaviest = max(heaviest, one.weight)
                copied += one.weight - bare
                self._add(one)
                ends.note(found.redacted)
            except InvalidEventError as error:
                refused.append(Rejection(record, span, str(error)))
            except Exception as error:
                # One record that this program cannot bear must not stop those behind it; should it be all of them,
                # the breaker holds.
                log.exception("a record could not be taken in", partition=record.partition, offset=record.offset)
                refused.append(Rejection(record, span, f"an error in the indexer: {type(error).__name__}"))
        ends.offsets.weigh(span, copied)
        ends.refuse(refused, len(records))
        return heaviest

    def flush_if_due(self, caught_up: bool) -> None:
        """Send the batch if it waited long enough, or if nothing more comes and a sender has nothing to do."""
        if not self._operations:
            return
        waited = time.monotonic() - self._since
        if waited >= self._limits.linger_seconds or (caught_up and self._outbox.has_idle_sender()):
            self.flush()

    def flush(self) -> None:
        """Send what there is."""
        if self._operations:
            self._outbox.put(Batch(self._operations))
            self._operations, self._size = [], 0

    def _add(self, one: Operation) -> None:
        if self._size + one.size > self._limits.bulk_bytes or len(self._operations) == MOST_OPERATIONS:
            self.flush()
        if not self._operations:
            self._since = time.monotonic()
        self._operations.append(one)
        self._size += one.size


def _log(record: ConsumerRecord, window: Window, redaction: Redaction) -> Log:
    if isinstance(record.value, Unreadable):
        raise InvalidEventError(record.value.reason)
    return decode(record.value, window, redaction)


@dataclass(slots=True, frozen=True)
class Ends:
    """Where records end that never reach a bulk request."""

    dead_letters: Refused
    offsets: Offsets
    ledger: Ledger
    breaker: Breaker

    def refuse(self, rejections: Sequence[Rejection], of_records: int) -> None:
        """Hand on what is no log, of a run of so many records; counted first, for too many of them are held."""
        self.breaker.count("by the indexer", of_records, len(rejections))
        for rejection in rejections:
            self.dead_letters.put(rejection)

    def note(self, redacted: Mapping[str, int]) -> None:
        """Count the secrets that were taken out of a log."""
        for rule, times in redacted.items():
            self.ledger.redacted.labels(rule).inc(times)

    def skip(self, record: ConsumerRecord, span: Span) -> None:
        """Finish a tombstone: there is nothing to index in it."""
        self.ledger.skipped.inc()
        self.offsets.finish(span, 1, weight(record))
