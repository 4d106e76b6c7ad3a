"""What becomes of every record: where a record ends, it is counted and its offset is finished in one step.

polled = indexed + duplicate + dead-lettered + skipped + returned + in flight.
"""

import time
from collections.abc import Mapping, Sequence

from kafka.consumer.fetcher import ConsumerRecord
from prometheus_client import Counter

from indexer.event.document import Operation, record_weight
from indexer.metrics import IndexerMetrics
from indexer.offsets import Offsets, Span

REFRESH_SECONDS = 1.0  # of the index: an acknowledged log is searchable after this time at the latest


class Ledger:
    """The metrics and the offsets of one process. Every method may be called from any thread; none blocks or raises."""

    def __init__(self) -> None:
        self.metrics = IndexerMetrics()
        self.offsets = Offsets()

    def polled(self, span: Span) -> None:
        """Begin to account for a run of records."""
        self.metrics.polled.inc(span.records)
        self.offsets.dispatch(span)

    def redacted(self, secrets: Mapping[str, int]) -> None:
        """Count secrets that were redacted, by rule."""
        for rule, times in secrets.items():
            self.metrics.redacted.labels(rule).inc(times)

    def waits(self, operations: Sequence[Operation], fate: str) -> None:
        """Count operations that will be sent again."""
        self.metrics.retried.labels(fate).inc(len(operations))

    def indexed(self, operations: Sequence[Operation]) -> None:
        """End operations that were stored."""
        if operations:
            oldest_ms = min(operation.record.timestamp for operation in operations)
            self.metrics.age.observe(max(0.0, time.time() - oldest_ms / 1000 + REFRESH_SECONDS))
        self._end(operations, self.metrics.indexed)

    def duplicate(self, operations: Sequence[Operation]) -> None:
        """End operations whose log was there already."""
        self._end(operations, self.metrics.duplicate)

    def returned(self, operations: Sequence[Operation]) -> None:
        """End operations whose partition was revoked: its next owner reads them again."""
        self._end(operations, self.metrics.returned)

    def became_record(self, operation: Operation) -> None:
        """Count the record alone from here on: what was made of it for the bulk request is given up."""
        self.offsets.weigh(operation.span, record_weight(operation.record) - operation.weight)

    def skipped(self, record: ConsumerRecord, span: Span) -> None:
        """End a record without a value, or one that a command passes over."""
        self._end_record(record, span, self.metrics.skipped)

    def dead_lettered(self, record: ConsumerRecord, span: Span) -> None:
        """End a record that the dead-letter topic has acknowledged."""
        self._end_record(record, span, self.metrics.dead_lettered)

    def returned_record(self, record: ConsumerRecord, span: Span) -> None:
        """End a rejected record whose partition was revoked: its next owner rejects it again."""
        self._end_record(record, span, self.metrics.returned)

    def _end_record(self, record: ConsumerRecord, span: Span, counter: Counter) -> None:
        counter.inc()
        self.offsets.finish(span, 1, record_weight(record))

    def _end(self, operations: Sequence[Operation], counter: Counter) -> None:
        counter.inc(len(operations))
        ended: dict[Span, tuple[int, int]] = {}
        for operation in operations:
            records, size = ended.get(operation.span, (0, 0))
            ended[operation.span] = (records + 1, size + operation.weight)
        for span, (records, size) in ended.items():
            self.offsets.finish(span, records, size)
