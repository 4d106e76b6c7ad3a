"""How far each partition is from its end, and why nothing arrives from it. Pure, but for the clock.

The end is the high watermark: records behind an open transaction count, although no consumer can read them yet.
"""

from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple

from kafka import TopicPartition

OPEN_SECONDS = 10.0  # transactions are over sooner as a rule


class End(NamedTuple):
    """The end of a partition: up to where a consumer can read, and up to where records have been written."""

    readable: int  # the last stable offset
    written: int  # the high watermark


def lags(ends: Mapping[TopicPartition, End], finished: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Return how many records of each partition are not finished."""
    return {partition: max(0, end.written - finished.get(partition, 0)) for partition, end in ends.items()}


class OpenTransactions:
    """Notices partitions that were read as far as possible while records wait behind an open transaction."""

    def __init__(self) -> None:
        self._since: dict[TopicPartition, tuple[int, float]] = {}  # the readable end, and when it was first seen

    def problem(self, ends: Mapping[TopicPartition, End], finished: Mapping[TopicPartition, int]) -> str:
        """Return which partitions have waited for longer than 10 seconds, in words; "" where none has."""
        now = monotonic()
        stuck = {
            partition: end
            for partition, end in ends.items()
            if end.written > end.readable and finished.get(partition, 0) >= end.readable
        }
        since = {partition: self._first_seen(partition, end, now) for partition, end in stuck.items()}
        self._since = since
        late = [partition for partition, (_, seen_at) in since.items() if now - seen_at > OPEN_SECONDS]
        return "; ".join(_words(partition, stuck[partition]) for partition in sorted(late))

    def _first_seen(self, partition: TopicPartition, end: End, now: float) -> tuple[int, float]:
        readable, seen_at = self._since.get(partition, (end.readable, now))
        return (readable, seen_at) if readable == end.readable else (end.readable, now)


def _words(partition: TopicPartition, end: End) -> str:
    return (
        f"partition {partition.partition}: a transaction has been open since offset {end.readable}, and"
        f" {end.written - end.readable} records wait behind it;"
        " end it with kafka-transactions.sh or wait for its timeout"
    )
