"""Which offsets may be committed: everything before them has ended, and nothing beyond.

A span is one polled run of records of one partition. Records are finished one by one, in any order and from any
thread. Records that have to wait for something are parked: they are given back to Kafka, and only the range of their
offsets is kept, for each cause. They are read again when the cause is gone. The commit point of a partition is before
its oldest unfinished span and before everything that is parked.

A partition that is revoked is forgotten with its spans: a late answer finishes records of a forgotten span, so it never
moves an offset that belongs to another member. Nothing has to wait for that, because ids and versions make a second
write harmless.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import NamedTuple

from kafka import TopicPartition
from kafka.future import Future

FEW_SPANS = 1_000


@dataclass(slots=True, eq=False)
class Span:
    """A run of records of one partition; `next_offset` may be committed when all of them are finished."""

    partition: TopicPartition
    next_offset: int
    records: int
    size: int  # bytes
    since: float = field(default_factory=monotonic)
    gone: bool = False  # its partition was revoked: the next owner reads the records again
    is_reread: bool = False  # its records were parked before


class Parked(NamedTuple):
    """Records of one partition that wait for one cause."""

    first: int  # offset of the first of them
    end: int  # offset after the last
    records: int

    def without(self, first: int, end: int, records: int) -> "Parked | None":
        """Return what is left when so many records of a range are read again; None for nothing.

        What lies before the range stays, and everything behind that with it: it is one range.
        """
        begins = self.first if self.first < first else max(self.first, end)
        return Parked(begins, self.end, max(self.records - records, 1)) if begins < self.end else None


@dataclass(slots=True, eq=False)
class _Partition:
    spans: deque[Span] = field(default_factory=deque)
    rereads: list[tuple[int, Span]] = field(default_factory=list)  # first offset, and what was read again from there
    parked: dict[str, Parked] = field(default_factory=dict)  # by cause
    finished_to: int | None = None
    committed_to: int = -1
    merge_at: int = field(default_factory=lambda: FEW_SPANS)

    def merge_finished(self) -> None:
        """Merge neighbouring finished spans; behind a record that takes long they would pile up."""
        kept: deque[Span] = deque()
        for span in self.spans:
            if kept and not kept[-1].records and not span.records:
                kept[-1].next_offset = span.next_offset
            else:
                kept.append(span)
        self.spans = kept
        self.merge_at = max(2 * len(kept), FEW_SPANS)

    def commit_point(self) -> int | None:
        """Return the offset that may be committed; None where nothing has ended yet."""
        bounds = [one.first for one in self.parked.values()] + [first for first, _ in self.rereads]
        return None if self.finished_to is None else min([self.finished_to, *bounds])

    def all_spans(self) -> list[Span]:
        return [*self.spans, *(span for _, span in self.rereads)]


class Offsets:
    """The offsets of the partitions that this process owns. Every method may be called from any thread; none blocks."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._records = 0
        self._bytes = 0
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._waiting: list[tuple[frozenset[TopicPartition], Future]] = []

    def own(self, partitions: Iterable[TopicPartition]) -> None:
        """Add partitions that were assigned; those already owned stay as they are."""
        with self._lock:
            for partition in partitions:
                self._partitions.setdefault(partition, _Partition())

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """Remove partitions that were revoked or lost, with everything in flight or parked in them."""
        with self._lock:
            forgotten = [owned for partition in partitions if (owned := self._partitions.pop(partition, None))]
            for span in [span for owned in forgotten for span in owned.all_spans()]:
                span.gone = True
            self._resolve_drained()

    def owned(self) -> frozenset[TopicPartition]:
        """Return the partitions owned now."""
        with self._lock:
            return frozenset(self._partitions)

    def dispatch(self, span: Span) -> None:
        """Add a span; the spans of a partition come in the order of their offsets."""
        with self._lock:
            self._count(span)
            owned = self._partitions.setdefault(span.partition, _Partition())
            owned.spans.append(span)
            if len(owned.spans) > owned.merge_at:
                owned.merge_finished()

    def weigh(self, span: Span, size: int) -> None:
        """Change the bytes counted for a span: what is made of its records takes memory too."""
        with self._lock:
            span.size += size
            self._bytes += size

    def finish(self, span: Span, records: int, size: int) -> None:
        """Finish records of a span, of so many bytes: they were stored, dead-lettered or skipped, and acknowledged."""
        with self._lock:
            self._finish(span, records, size)

    def park(self, span: Span, offset: int, size: int, cause: str) -> None:
        """Park one record of a span, of so many bytes, until the cause is gone."""
        with self._lock:
            owned = None if span.gone else self._partitions.get(span.partition)
            if owned:
                before = owned.parked.get(cause, Parked(offset, offset, 0))
                end = max(before.end, offset + 1)
                owned.parked[cause] = Parked(min(before.first, offset), end, before.records + 1)
            self._finish(span, 1, size)

    def parked(self) -> dict[TopicPartition, dict[str, Parked]]:
        """Return what is parked, by partition and cause."""
        with self._lock:
            return {partition: dict(owned.parked) for partition, owned in self._partitions.items() if owned.parked}

    def waits(self, partition: TopicPartition, cause: str) -> bool:
        """Tell whether records of this partition are parked for this cause."""
        with self._lock:
            owned = self._partitions.get(partition)
            return bool(owned and cause in owned.parked)

    def reread(self, span: Span, first: int, causes: Collection[str], records: Mapping[str, int]) -> bool:
        """Replace what is parked for these causes in a range by a span of what was read again there.

        The range is from `first` to the end of the span; `records` says how many of the span had which cause. Return
        False where the partition was revoked.
        """
        with self._lock:
            owned = self._partitions.get(span.partition)
            if owned is None:
                return False
            for cause in causes:
                before = owned.parked.pop(cause, None)
                if before and (left := before.without(first, span.next_offset, records.get(cause, 0))):
                    owned.parked[cause] = left
            span.is_reread = True
            self._count(span)
            owned.rereads.append((first, span))
            self._finish(span, 0, 0)  # ends it where it has no records
            return True

    def caught_up(self, partition: TopicPartition, position: int) -> None:
        """Advance to the consumer's position where nothing is in flight.

        Transaction markers and compacted records have offsets and never arrive: without this a partition that ends in
        one would show a lag for ever.
        """
        with self._lock:
            owned = self._partitions.get(partition)
            if owned and not owned.spans and position > (owned.finished_to or 0):
                owned.finished_to = position

    def records_in_flight(self) -> int:
        """Return the number of unfinished records, those of revoked partitions included."""
        with self._lock:
            return self._records

    def bytes_in_flight(self) -> int:
        """Return the bytes of unfinished records, those of revoked partitions included: they take memory too."""
        with self._lock:
            return self._bytes

    def finished(self) -> dict[TopicPartition, int]:
        """Return the commit point of each partition that has one."""
        with self._lock:
            points = {partition: owned.commit_point() for partition, owned in self._partitions.items()}
        return {partition: point for partition, point in points.items() if point is not None}

    def to_commit(self, again: bool = False) -> dict[TopicPartition, int]:
        """Return the commit points ahead of what was committed; with `again`, all of them."""
        with self._lock:
            points = [(partition, owned, owned.commit_point()) for partition, owned in self._partitions.items()]
        return {
            partition: point
            for partition, owned, point in points
            if point is not None and (again or point > owned.committed_to)
        }

    def committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Record offsets that the broker has acknowledged."""
        with self._lock:
            for partition, offset in offsets.items():
                owned = self._partitions.get(partition)
                if owned and offset > owned.committed_to:
                    owned.committed_to = offset

    def in_flight(self) -> dict[TopicPartition, tuple[int, float]]:
        """Return, for each partition, the bytes in flight and the age of the oldest, seconds."""
        now = monotonic()
        with self._lock:
            return {
                partition: (sum(span.size for span in spans), now - min(span.since for span in spans))
                for partition, owned in self._partitions.items()
                if (spans := owned.all_spans())
            }

    def drained(self, partitions: Iterable[TopicPartition]) -> Future:
        """Return a future that succeeds with True once nothing of these partitions is in flight."""
        future = Future()
        with self._lock:
            self._waiting.append((frozenset(partitions), future))
            self._resolve_drained()
        return future

    def _count(self, span: Span) -> None:
        self._records += span.records
        self._bytes += span.size

    def _finish(self, span: Span, records: int, size: int) -> None:
        self._records -= records
        self._bytes -= size
        span.records -= records
        span.size -= size
        owned = self._partitions.get(span.partition)
        if owned and not span.records:
            owned.rereads = [one for one in owned.rereads if one[1].records]
        while owned and owned.spans and owned.spans[0].records == 0:
            owned.finished_to = owned.spans.popleft().next_offset
        self._resolve_drained()

    def _resolve_drained(self) -> None:
        for partitions, future in list(self._waiting):
            if future.is_done or not any(self._is_busy(partition) for partition in partitions):
                self._waiting.remove((partitions, future))
                if not future.is_done:
                    future.success(value=True)

    def _is_busy(self, partition: TopicPartition) -> bool:
        owned = self._partitions.get(partition)
        return bool(owned and (owned.spans or owned.rereads))
