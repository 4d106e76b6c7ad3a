"""Up to which moment the records of each partition are finished. Pure.

Once a second the loop learns where each partition ends. When everything before such an end is finished, all that Kafka
had at that moment is indexed, or has ended in another way.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kafka import TopicPartition

from indexer.consumer.lag import End

MOST_ENDS = 600  # of one partition: after ten minutes of lag they lie further apart


class PartitionProgress(NamedTuple):
    """How far one partition is; times are epoch ms."""

    partition: TopicPartition
    waiting: int  # records that are not finished
    complete_to: int | None  # None: nothing is known yet, since this process owns the partition
    checked_at: int


@dataclass(slots=True)
class _Ends:
    seen: deque[tuple[int, int]] = field(default_factory=deque)  # moments, and the end that the partition had then
    step_ms: int = 0  # least distance of two of these moments
    complete_to: int | None = None

    def add(self, at_ms: int, end: int) -> None:
        """Add the end at a moment. The last moment goes if it says no more, or is too near to the one before it."""
        if self.seen and (self.seen[-1][1] == end or self._is_near()):
            self.seen.pop()
        self.seen.append((at_ms, end))
        if len(self.seen) > MOST_ENDS:
            self.step_ms = 2 * (self.seen[-1][0] - self.seen[0][0]) // MOST_ENDS
            self.seen = deque(list(self.seen)[::2])

    def _is_near(self) -> bool:
        return len(self.seen) > 1 and self.seen[-1][0] - self.seen[-2][0] < self.step_ms

    def finish(self, finished: int) -> None:
        """Drop the ends before which everything is finished."""
        while self.seen and self.seen[0][1] <= finished:
            self.complete_to, _ = self.seen.popleft()
        if not self.seen:
            self.step_ms = 0


class Completion:
    """The progress of the partitions that this process owns. One thread notes it, any thread reads `partitions`."""

    def __init__(self) -> None:
        self.partitions: tuple[PartitionProgress, ...] = ()
        self._ends: dict[TopicPartition, _Ends] = {}

    def note(self, at_ms: int, ends: Mapping[TopicPartition, End], finished: Mapping[TopicPartition, int]) -> None:
        """Take in the ends that the partitions had at a moment, and up to where their records are finished now."""
        # Without a finished offset nothing is known of a partition, unless it is empty.
        known = {one: finished.get(one, 0) for one, end in ends.items() if one in finished or not end.written}
        self._ends = {one: self._ends.get(one, _Ends()) for one in known}
        for one, seen in self._ends.items():
            seen.add(at_ms, ends[one].written)
            seen.finish(known[one])
        self.partitions = tuple(
            PartitionProgress(one, max(0, ends[one].written - known[one]), seen.complete_to, at_ms)
            for one, seen in self._ends.items()
        )
