"""Writes rejected records to the dead-letter topic: each as it came, with the reason in headers."""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import islice
from threading import Condition, Thread
from typing import Any

import structlog

from indexer.dead_letters.alarm import Alarm
from indexer.dead_letters.letter import dead_letter, shorter_letters
from indexer.dead_letters.rejection import CAUSES, NOT_WRITTEN, REFUSED, Rejection, Stage
from indexer.event.document import record_weight
from indexer.kafka_python.record_writer import RecordWriter
from indexer.ledger import Ends

_log = structlog.get_logger()

MAX_UNACKNOWLEDGED = 200  # records sent before their acknowledgements are awaited
MAX_UNACKNOWLEDGED_BYTES = 4_000_000
MAX_QUEUED_BYTES = 4_000_000  # further rejected records are parked
EMPTY_CHECK_SECONDS = 0.2


class LetterNotAcceptedError(Exception):
    """The topic does not even accept a dead letter of some hundred bytes: its limit has to be raised."""


class DeadLetterWriter(Thread):
    """One thread that writes rejected records and waits until the brokers have them.

    A record ends in the ledger once it is acknowledged. While the topic cannot be written, or records are rejected
    faster than it takes them, they are parked: read again later. So they never hold up the records around them.
    """

    def __init__(self, topic: str, connection: Mapping[str, Any], ends: Ends, alarm: Alarm) -> None:
        super().__init__(name="dead-letters", daemon=True)
        self._topic = topic
        self._ledger = ends.ledger
        self._causes = ends.causes
        self._alarm = alarm
        self._queue: deque[Rejection] = deque()
        self._queued_bytes = 0
        self._changed = Condition()
        self._writer = RecordWriter(connection)
        self._closed = False

    def reject(self, stage: Stage, rejections: Sequence[Rejection], of_records: int) -> None:
        """Take rejected records."""
        self._alarm.count(stage, of_records, len(rejections))
        for rejection in rejections:
            rejection.cause = CAUSES[stage]
            if self._has_to_wait(rejection) or not self._add(rejection):
                self._ledger.parked_record(rejection.record, rejection.span, rejection.cause)

    def close(self) -> None:
        """Stop: what is not acknowledged is not committed, and is read again."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def run(self) -> None:
        """Write until closed."""
        while not self._closed:
            if batch := self._next():
                self._write(batch)
        self._writer.give_up()

    def _has_to_wait(self, rejection: Rejection) -> bool:
        """Tell whether a record has to wait: for the topic, or behind others that wait and will be read with it.

        Otherwise it would be written now and again when their range is read.
        """
        if not self._causes.is_due(rejection.cause):
            return True
        span = rejection.span
        return not span.is_reread and self._ledger.offsets.waits(span.partition, rejection.cause)

    def _add(self, rejection: Rejection) -> bool:
        """Add a rejected record to the queue; False where it has to wait in Kafka."""
        weight = record_weight(rejection.record)
        with self._changed:
            if self._queue and self._queued_bytes + weight > MAX_QUEUED_BYTES:
                return False
            self._queue.append(rejection)
            self._queued_bytes += weight
            self._changed.notify()
        return True

    def _next(self) -> list[Rejection]:
        """Return the next rejected records, without those whose partition was revoked."""
        with self._changed:
            if not self._queue:
                self._changed.wait(EMPTY_CHECK_SECONDS)
            number, size = 0, 0
            for rejection in islice(self._queue, MAX_UNACKNOWLEDGED):
                size += record_weight(rejection.record)
                if number and size > MAX_UNACKNOWLEDGED_BYTES:
                    break
                number += 1
            batch = [self._queue.popleft() for _ in range(number)]
            self._queued_bytes -= sum(record_weight(rejection.record) for rejection in batch)
        return [rejection for rejection in batch if not self._is_gone(rejection)]

    def _is_gone(self, rejection: Rejection) -> bool:
        """Give up a record whose partition was revoked: its next owner rejects it again, and once is enough."""
        if rejection.span.gone:
            self._ledger.returned_record(rejection.record, rejection.span)
        return rejection.span.gone

    def _write(self, rejections: list[Rejection]) -> None:
        """Write records and end those that were acknowledged; park the others."""
        written: set[int] = set()
        try:
            for index, accepted in self._writer.write([dead_letter(self._topic, one) for one in rejections]):
                if not accepted:
                    self._write_shorter(rejections[index])
                written.add(index)
                self._ledger.dead_lettered(rejections[index].record, rejections[index].span)
            self._causes.clear((NOT_WRITTEN, REFUSED))
        except Exception as error:  # noqa: BLE001 - whatever it is, the records wait and nothing is dropped
            self._wait(error, [one for index, one in enumerate(rejections) if index not in written])
        _report([rejections[index] for index in sorted(written)])

    def _wait(self, error: Exception, rejections: list[Rejection]) -> None:
        self._writer.give_up()
        why = f"the dead-letter topic {self._topic} cannot be written: {type(error).__name__}"
        _log.warning("dead letters wait", topic=self._topic, error=type(error).__name__)
        with self._changed:
            waiting = [*rejections, *self._queue]
            self._queue.clear()
            self._queued_bytes = 0
        for cause in {rejection.cause for rejection in waiting}:
            self._causes.block(cause, why)
        for rejection in waiting:
            self._ledger.parked_record(rejection.record, rejection.span, rejection.cause)

    def _write_shorter(self, rejection: Rejection) -> None:
        """Write a dead letter that says where the record is; raise LetterNotAcceptedError where that is refused too."""
        for letter in shorter_letters(self._topic, rejection):
            if all(accepted for _, accepted in self._writer.write([letter])):
                return
        raise LetterNotAcceptedError


def _report(rejections: list[Rejection]) -> None:
    # One line for many: a bad deploy rejects thousands a second, and the headers of each say the same.
    if rejections:
        record = rejections[0].record
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        _log.warning("dead letters", records=len(rejections), first_reason=rejections[0].reason, **where)
