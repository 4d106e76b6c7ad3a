"""Which offsets may be committed: the longest finished prefix of each partition, and nothing beyond it.

A span is one polled run of records of one partition. Records are finished one by one, in any order and from any
thread; the commit point moves when the oldest span is finished. A partition that is revoked is forgotten with its
spans: a late answer finishes records of a forgotten span, so it never moves an offset that belongs to another member.
Nothing has to wait for that, because ids and versions make a second write harmless.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

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


@dataclass(slots=True, eq=False)
class _Partition:
    spans: deque[Span] = field(default_factory=deque)
    finished_to: int | None = None
    committed_to: int = -1
    merge_at: int = field(default_factory=lambda: FEW_SPANS)

    def merge_finished(self) -> None:
        """Merge neighbouring finished spans; behind a record that waits for days they would pile up for days."""
        kept: deque[Span] = deque()
        for span in self.spans:
            if kept and not kept[-1].records and not span.records:
                kept[-1].next_offset = span.next_offset
            else:
                kept.append(span)
        self.spans = kept
        self.merge_at = max(2 * len(kept), FEW_SPANS)


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
        """Remove partitions that were revoked or lost, with everything in flight in them."""
        with self._lock:
            for partition in partitions:
                owned = self._partitions.pop(partition, None)
                for span in owned.spans if owned else ():
                    span.gone = True
            self._resolve_drained()

    def owned(self) -> frozenset[TopicPartition]:
        """Return the partitions owned now."""
        with self._lock:
            return frozenset(self._partitions)

    def dispatch(self, span: Span) -> None:
        """Add a span; the spans of a partition come in the order of their offsets."""
        with self._lock:
            self._records += span.records
            self._bytes += span.size
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
            self._records -= records
            self._bytes -= size
            span.records -= records
            span.size -= size
            partition = self._partitions.get(span.partition)
            while partition and partition.spans and partition.spans[0].records == 0:
                partition.finished_to = partition.spans.popleft().next_offset
            self._resolve_drained()

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
            return {key: owned.finished_to for key, owned in self._partitions.items() if owned.finished_to is not None}

    def to_commit(self, again: bool = False) -> dict[TopicPartition, int]:
        """Return the commit points ahead of what was committed; with `again`, all of them."""
        with self._lock:
            return {
                partition: owned.finished_to
                for partition, owned in self._partitions.items()
                if owned.finished_to is not None and (again or owned.finished_to > owned.committed_to)
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
                partition: (sum(span.size for span in owned.spans), now - owned.spans[0].since)
                for partition, owned in self._partitions.items()
                if owned.spans
            }

    def drained(self, partitions: Iterable[TopicPartition]) -> Future:
        """Return a future that succeeds with True once nothing of these partitions is in flight."""
        future = Future()
        with self._lock:
            self._waiting.append((frozenset(partitions), future))
            self._resolve_drained()
        return future

    def _resolve_drained(self) -> None:
        for partitions, future in list(self._waiting):
            if future.is_done or not any(self._is_busy(partition) for partition in partitions):
                self._waiting.remove((partitions, future))
                if not future.is_done:
                    future.success(value=True)

    def _is_busy(self, partition: TopicPartition) -> bool:
        owned = self._partitions.get(partition)
        return bool(owned and owned.spans)
