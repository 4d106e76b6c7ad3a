"""What becomes of every record: where a record ends, it is counted and its offset is finished in one step.

polled = indexed + duplicate + dead-lettered + skipped + returned + in flight, at any moment.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from threading import Lock
from typing import NamedTuple

from kafka.consumer.fetcher import ConsumerRecord
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from indexer.causes import Causes
from indexer.event.document import Operation, record_weight
from indexer.metrics import IndexerMetrics
from indexer.offsets import Offsets, Span

REFRESH_SECONDS = 1.0  # of the index: an acknowledged log is searchable after this time at the latest
ENDS: Mapping[str, str] = {
    "polled": "Records polled from Kafka.",
    "indexed": "Records stored as a document.",
    "duplicate": "Records whose log was stored before, the same or newer.",
    "dead_lettered": "Records acknowledged by the dead-letter topic.",
    "skipped": "Records without a value (tombstones).",
    "returned": "Records given back to Kafka unfinished: their partition was revoked, or they wait and are read again.",
}


class Ledger:
    """The metrics and the offsets of one process. Every method may be called from any thread; none blocks or raises."""

    def __init__(self) -> None:
        self.metrics = IndexerMetrics()
        self.offsets = Offsets()
        self._counts: Counter[str] = Counter()
        self._lock = Lock()
        self.metrics.registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Yield the counts of all records, which add up because they are read in one step."""
        with self._lock:
            counts = self._counts.copy()
            records, size = self.offsets.records_in_flight(), self.offsets.bytes_in_flight()
        for name, text in ENDS.items():
            yield CounterMetricFamily(f"gateway_logs_records_{name}", text, counts[name])
        yield GaugeMetricFamily("gateway_logs_records_in_flight", "Records polled and not finished.", records)
        yield GaugeMetricFamily("gateway_logs_bytes_in_flight", "Memory that is counted for them.", size)
        waiting = sum(one.records for causes in self.offsets.parked().values() for one in causes.values())
        yield GaugeMetricFamily("gateway_logs_records_waiting", "Records given back that wait in Kafka.", waiting)

    def count(self, name: str) -> int:
        """Return how many records ended like this, or were polled."""
        return self._counts[name]

    def polled(self, span: Span) -> None:
        """Begin to account for a run of records."""
        with self._lock:
            self._counts["polled"] += span.records
            self.offsets.dispatch(span)

    def reread(self, span: Span, first: int, causes: Collection[str], records: Mapping[str, int]) -> bool:
        """Begin to account for parked records that were read again; False where their partition was revoked."""
        with self._lock:
            polled = span.records
            is_owned = self.offsets.reread(span, first, causes, records)
            self._counts["polled"] += polled if is_owned else 0
            return is_owned

    def redacted(self, secrets: Mapping[str, int]) -> None:
        """Count secrets that were redacted, by rule."""
        for rule, times in secrets.items():
            self.metrics.redacted.labels(rule).inc(times)

    def passed_over(self, entries: int) -> None:
        """Count entries of a record that are no logs."""
        if entries:
            self.metrics.passed_over.inc(entries)

    def waits(self, operations: Sequence[Operation], fate: str) -> None:
        """Count operations that will be sent again."""
        self.metrics.retried.labels(fate).inc(len(operations))

    def indexed(self, operations: Sequence[Operation]) -> None:
        """End operations that were stored."""
        searchable_s = time.time() + REFRESH_SECONDS
        for operation in operations:
            self.metrics.age.observe(max(0.0, searchable_s - operation.record.timestamp / 1000))
        self._end(operations, "indexed")

    def duplicate(self, operations: Sequence[Operation]) -> None:
        """End operations whose log was there already."""
        self._end(operations, "duplicate")

    def returned(self, operations: Sequence[Operation]) -> None:
        """End operations whose partition was revoked: its next owner reads them again."""
        self._end(operations, "returned")

    def parked(self, operations: Sequence[Operation], cause: str) -> None:
        """Give operations back to Kafka until the cause is gone: they are read again then."""
        for operation in operations:
            self._park(operation.record, operation.span, operation.weight, cause)

    def became_record(self, operation: Operation) -> None:
        """Count the record alone from here on: what was made of it for the bulk request is given up."""
        self.offsets.weigh(operation.span, record_weight(operation.record) - operation.weight)

    def skipped(self, record: ConsumerRecord, span: Span) -> None:
        """End a record without a value, or one that a command passes over."""
        self._end_record(record, span, "skipped")

    def dead_lettered(self, record: ConsumerRecord, span: Span) -> None:
        """End a record that the dead-letter topic has acknowledged."""
        self._end_record(record, span, "dead_lettered")

    def returned_record(self, record: ConsumerRecord, span: Span) -> None:
        """End a rejected record whose partition was revoked: its next owner rejects it again."""
        self._end_record(record, span, "returned")

    def parked_record(self, record: ConsumerRecord, span: Span, cause: str) -> None:
        """Give a rejected record back to Kafka until the dead-letter topic can be written."""
        self._park(record, span, record_weight(record), cause)

    def _park(self, record: ConsumerRecord, span: Span, weight: int, cause: str) -> None:
        with self._lock:
            self._counts["returned"] += 1
            self.offsets.park(span, record.offset, weight, cause)

    def _end_record(self, record: ConsumerRecord, span: Span, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
            self.offsets.finish(span, 1, record_weight(record))

    def _end(self, operations: Sequence[Operation], name: str) -> None:
        ended: dict[Span, tuple[int, int]] = {}
        for operation in operations:
            records, size = ended.get(operation.span, (0, 0))
            ended[operation.span] = (records + 1, size + operation.weight)
        with self._lock:
            self._counts[name] += len(operations)
            for span, (records, size) in ended.items():
                self.offsets.finish(span, records, size)


class Ends(NamedTuple):
    """Where records end, and what they wait for: shared by all that a record may pass."""

    ledger: Ledger
    causes: Causes
