"""From a record to its operation: decode, redact, frame. Pure, but for what the Kafka client could not read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.decode import InvalidEventError, Window, decode
from indexer.event.document import IndexTarget, Operation, operation
from indexer.event.origin import Origin, Origins
from indexer.kafka_python.unreadable import Damaged, TooLarge
from indexer.offsets import Span
from indexer.redaction.redact import Redaction


class Read(NamedTuple):
    """One record that was read."""

    operation: Operation
    redacted: Mapping[str, int]  # rule → secrets that were redacted


@dataclass(slots=True, frozen=True)
class EventReader:
    """How records are read: into which indices, which logs are too old, which secrets are redacted."""

    target: IndexTarget
    retention_days: int
    redaction: Redaction
    origins: Origins

    def window(self, now_ms: int) -> Window:
        """Return the accepted window of `created_at` at this moment."""
        return Window.at(now_ms, self.retention_days)

    def read(self, record: ConsumerRecord, origin: Origin, span: Span, window: Window) -> Read:
        """Return the operation of a record; raise InvalidEventError with the reason in words."""
        if isinstance(record.value, Damaged | TooLarge):
            raise InvalidEventError(record.value.reason)
        log = decode(record.value, window, self.redaction)
        return Read(operation(log, record, origin, span, self.target), log.redacted)
