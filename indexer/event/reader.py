"""From a record to its operations: decode, redact, frame. Pure, but for what the Kafka client could not read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.decode import InvalidEventError, Log, Window, decode
from indexer.event.document import IndexTarget, Operation, joined, operation
from indexer.event.origin import Origin, Origins
from indexer.kafka_python.unreadable import Damaged, TooLarge
from indexer.offsets import Span
from indexer.redaction.redact import Redaction
from indexer.shapes.entries import Events, ShapeError
from indexer.shapes.registry import RecordShape


class Read(NamedTuple):
    """One record that was read."""

    operations: Sequence[Operation]  # none where it holds no log
    redacted: Mapping[str, int]  # rule → secrets that were redacted
    passed_over: int  # entries of the record that are no logs


@dataclass(slots=True, frozen=True)
class EventReader:
    """How records are read: in which shape, into which indices, which logs are too old, which secrets are redacted."""

    target: IndexTarget
    retention_days: int
    redaction: Redaction
    origins: Origins
    shape: RecordShape

    def window(self, now_ms: int) -> Window:
        """Return the accepted window of `created_at` at this moment."""
        return Window.at(now_ms, self.retention_days)

    def read(self, record: ConsumerRecord, origin: Origin, span: Span, window: Window) -> Read:
        """Return the operations of a record; raise InvalidEventError with the reason in words where it has none."""
        found = self._events(record)
        if len(found.events) == 1:
            log = decode(found.events[0], window, self.redaction)
            return Read((operation(log, record, origin, span, self.target),), log.redacted, found.passed_over)
        logs, refused = self._logs(found.events, window)
        if refused and not logs:
            raise InvalidEventError(reason_of_record(len(refused), len(found.events), refused[0]))
        operations = [operation(log, record, origin, span, self.target) for log in logs]
        redacted: Counter[str] = Counter()
        for log in logs:
            redacted.update(log.redacted)
        return Read(joined(operations, refused) if operations else (), redacted, found.passed_over)

    def _logs(self, events: Sequence[bytes], window: Window) -> tuple[list[Log], list[str]]:
        """Return the logs of a record, and why others cannot be read: the record becomes a dead letter in the end."""
        logs: list[Log] = []
        refused: list[str] = []
        for number, event in enumerate(events):
            try:
                logs.append(decode(event, window, self.redaction)._replace(number=number))
            except InvalidEventError as error:
                refused.append(str(error))
        return logs, refused

    def _events(self, record: ConsumerRecord) -> Events:
        if isinstance(record.value, Damaged | TooLarge):
            raise InvalidEventError(record.value.reason)
        try:
            return self.shape(record.value)
        except ShapeError as error:
            raise InvalidEventError(f"not in the shape of KAFKA_FORMAT: {error}") from None


def reason_of_record(refused: int, logs: int, reason: str) -> str:
    """Return why a record becomes a dead letter: how many of its logs are not stored, and why the first is not."""
    return reason if logs == 1 else f"{refused} of {logs} logs in the record: {reason}"
