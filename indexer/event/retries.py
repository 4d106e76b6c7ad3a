"""Records that a producer wrote a second time: the same bytes with the same time.

A producer that has seen no acknowledgement sends its batch again, and Kafka holds both. Without this, the second record
would be a new version of the log, because its offset is higher, and would come again in every tail.
"""

from threading import Lock

from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.origin import Origin

MOST = 65_536  # records that are remembered, some 7 MB; a retry follows within seconds


class Retries:
    """Knows the first of equal records among the latest ones of this process. Safe to use from any thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._first: dict[int, tuple[int, int]] = {}  # hash of time and bytes → partition and offset
        self._lock = Lock()

    def first(self, record: ConsumerRecord, origin: Origin) -> Origin:
        """Return the position by which the version of a record is made: that of the first record equal to it."""
        key = hash((origin.timestamp_ms, record.value))
        with self._lock:
            partition, offset = self._first.setdefault(key, (origin.partition, origin.offset))
            if len(self._first) > self._most:
                del self._first[next(iter(self._first))]
        return origin._replace(partition=partition, offset=offset)
