"""Polled records become operations in the queue; what is not a log is rejected, what has to wait is parked."""

import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import structlog
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.causes import Causes
from indexer.dead_letters.rejection import NOT_WRITTEN, REFUSED, RejectedRecords, Rejection
from indexer.delivery.outcome import Outcome
from indexer.delivery.queue import SendQueue
from indexer.delivery.siblings import is_first, targets, whole_records
from indexer.event.decode import InvalidEventError, Window
from indexer.event.document import Operation, record_weight
from indexer.event.origin import NotVerifiableError, Origin, carries_position
from indexer.event.reader import EventReader
from indexer.ledger import Ledger
from indexer.offsets import Span

_log = structlog.get_logger()

UNVERIFIED = "redriven records"  # cause: the key of their headers has not been read from Elasticsearch yet


@dataclass(slots=True)
class _Read:
    """What became of a run of records."""

    operations: list[Operation] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    unverified: list[ConsumerRecord] = field(default_factory=list)
    skipped: list[ConsumerRecord] = field(default_factory=list)  # without a log

    def weight(self) -> int:
        """Return the bytes of memory counted for it."""
        return sum(operation.weight for operation in self.operations) + sum(map(record_weight, self._others()))

    def number(self) -> int:
        """Return the number of its records."""
        return sum(map(is_first, self.operations)) + len(self._others())

    def heaviest(self) -> int:
        """Return the bytes of memory of the heaviest record and of what was made of it."""
        return max(
            [*(operation.weight for operation in self.operations), *map(record_weight, self._others())], default=0
        )

    def _others(self) -> list[ConsumerRecord]:
        return [*(rejection.record for rejection in self.rejections), *self.unverified, *self.skipped]


class Intake:
    """Reads polled records and hands them on.

    Threads: the one that polls, and the one that reads parked records again. Blocks: never. Raises: nothing; a record
    that cannot be read is rejected.
    """

    def __init__(
        self, reader: EventReader, queue: SendQueue, causes: Causes, rejected: RejectedRecords, ledger: Ledger
    ) -> None:
        self._reader = reader
        self._queue = queue
        self._causes = causes
        self._rejected = rejected
        self._ledger = ledger

    def take(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> int:
        """Take one polled run of records of one partition, in the order of their offsets.

        Return the weight of the heaviest of them, bytes.
        """
        weight = sum(map(record_weight, records))
        span = Span(partition, records[-1].offset + 1, len(records), weight)
        self._ledger.polled(span)
        read = self._read(records, span)
        self._ledger.offsets.weigh(span, read.weight() - weight)
        self._hand_on(read, span, len(records))
        return max(read.heaviest(), *map(record_weight, records))

    def take_again(
        self, records: Sequence[ConsumerRecord], first: int, span: Span, causes: Collection[str]
    ) -> int | None:
        """Take those records of a range that were parked for these causes, as the records of `span`.

        The range is from the offset `first` to the end of the span. Return the weight of the heaviest record, bytes;
        None where the partition was revoked.
        """
        read = self._read(records, span)
        selected, records_of = _selected(read, causes)
        span.records, span.size = selected.number(), selected.weight()
        if not self._ledger.reread(span, first, causes, records_of):
            return None
        if UNVERIFIED in causes and not read.unverified:
            self._causes.clear((UNVERIFIED,))
        self._park_unverified(selected.unverified, span)
        self._queue.put(selected.operations)
        self._rejected.reject("by the indexer", selected.rejections, of_records=0)
        return read.heaviest()

    def _read(self, records: Sequence[ConsumerRecord], span: Span) -> _Read:
        window = self._reader.window(int(time.time() * 1000))
        found = _Read()
        for record in records:
            if record.value is None:
                found.skipped.append(record)
                continue
            try:
                self._read_one(record, self._reader.origins.of(record), span, window, found)
            except NotVerifiableError:
                found.unverified.append(record)
        return found

    def _read_one(self, record: ConsumerRecord, origin: Origin, span: Span, window: Window, found: _Read) -> None:
        try:
            read = self._reader.read(record, origin, span, window)
            found.operations += read.operations
            found.skipped += [] if read.operations else [record]
            self._ledger.redacted(read.redacted)
            self._ledger.passed_over(read.passed_over)
        except InvalidEventError as error:
            found.rejections.append(Rejection(record, origin, span, str(error)))
        except Exception as error:  # noqa: BLE001 - a record that this program cannot handle must not stop others
            _log.exception("a record could not be read", partition=record.partition, offset=record.offset)
            reason = f"an error in the indexer: {type(error).__name__}"
            found.rejections.append(Rejection(record, origin, span, reason))

    def _hand_on(self, read: _Read, span: Span, of_records: int) -> None:
        for record in read.skipped:
            self._ledger.skipped(record, span)
        blocked = {one.target for one in read.operations if self._causes.blocks(one.target)}
        held = [(one, one.target) for one in read.operations if one.target in blocked]
        for operation, cause in whole_records({Outcome.PARKED: held}).get(Outcome.PARKED, ()):
            self._ledger.parked([operation], cause)
        self._queue.put([one for one in read.operations if one.target not in blocked])
        self._park_unverified(read.unverified, span)
        self._rejected.reject("by the indexer", read.rejections, of_records)

    def _park_unverified(self, records: Sequence[ConsumerRecord], span: Span) -> None:
        if records:
            self._causes.block(UNVERIFIED, "Elasticsearch has not given the key that their headers are checked with")
        for record in records:
            self._ledger.parked_record(record, span, UNVERIFIED)


def _selected(read: _Read, causes: Collection[str]) -> tuple[_Read, Counter[str]]:
    """Return the part that was parked for one of these causes, and how many records had which cause."""
    found, of = _Read(), Counter[str]()
    for operation in read.operations:
        if cause := _first(causes, *targets(operation), REFUSED, _redriven(operation.record)):
            found.operations.append(operation)
            of[cause] += is_first(operation)
    for rejection in read.rejections:
        if cause := _first(causes, NOT_WRITTEN, _redriven(rejection.record)):
            found.rejections.append(rejection)
            of[cause] += 1
    if UNVERIFIED in causes:
        found.unverified = read.unverified
        of[UNVERIFIED] += len(read.unverified)
    return found, of


def _redriven(record: ConsumerRecord) -> str:
    return UNVERIFIED if carries_position(record) else ""


def _first(causes: Collection[str], *possible: str) -> str:
    return next((cause for cause in possible if cause in causes), "")
