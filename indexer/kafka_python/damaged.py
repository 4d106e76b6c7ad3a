"""Reads past damaged batches.

kafka-python 3.0.12 raises in the middle of a poll, and then stays at that offset for ever. Here damaged bytes, up to
the next batch with a correct checksum, become one record whose value is these bytes, for the dead-letter topic: nothing
is dropped silently, and the records behind it are read. The records of a batch are read by batch_records.py.
A batch begins with its base offset (8 bytes) and the length of the rest (4 bytes); byte 16 is its version
(https://kafka.apache.org/documentation/#recordbatch).
"""

import struct
from collections.abc import Iterator
from typing import Any

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecord, DefaultRecordBatch
from kafka.record.memory_records import MemoryRecords

from indexer.kafka_python.batch_records import NO_TIME, BatchTooLargeError, messages, records
from indexer.kafka_python.portion import Portion
from indexer.kafka_python.unreadable import DEFAULT_LIMITS, Damaged, UnpackLimits

_log = structlog.get_logger()

NO_EPOCH = -1
LENGTH = struct.Struct(">8xi")  # of what follows it
MAGIC, MAGIC_AT = b"\x02", 16  # bytes into a batch
SHORTEST = MemoryRecords.MIN_SLICE  # bytes of a batch
BATCH_HEADER_BYTES = DefaultRecordBatch.HEADER_STRUCT.size


class DamagedPlaces:
    """The damaged places that this process has found. Each is fetched a second time before it counts as damaged.

    Commands that write nothing for damaged bytes believe the first fetch.
    """

    def __init__(self, limits: UnpackLimits = DEFAULT_LIMITS, *, is_believed_at_once: bool = False) -> None:
        self._is_believed_at_once = is_believed_at_once
        self.limits = limits
        self._seen: set[tuple[TopicPartition, int]] = set()

    def read_past(self, consumer: KafkaConsumer) -> None:
        """Let this consumer return damaged bytes as one record, where they were found before.

        A poll ends after the record with which it has returned PORTION_BYTES.
        """
        places, fetcher = self, consumer._fetcher  # noqa: SLF001
        portion = Portion(fetcher)

        class Records(Fetcher.PartitionRecords):  # type: ignore[misc]
            def __init__(self, offset: int, partition: TopicPartition, records: Any, **options: Any) -> None:
                # The fetcher refuses a fetch that does not begin with a whole batch. A broker never truncates the first
                # batch, so its length is damaged, which becomes a record too.
                records._next_slice = records._next_slice or records._buffer  # noqa: SLF001
                super().__init__(offset, partition, _Batches(records._buffer, places, partition, offset), **options)  # noqa: SLF001
                self.record_iterator: Any = portion.of(self.record_iterator)

        fetcher.PartitionRecords = Records

    def found(self, partition: TopicPartition, offset: int, reason: str) -> None:
        """Raise CorruptRecordError the first time: a new consumer then fetches the place again."""
        if (partition, offset) not in self._seen and not self._is_believed_at_once:
            self._seen.add((partition, offset))
            raise CorruptRecordError(f"{partition.topic}-{partition.partition}: {reason}")
        _log.error("records cannot be read", topic=partition.topic, partition=partition.partition, reason=reason)


class _Batches:
    """In place of the fetched records of one partition: its batches do not raise."""

    def __init__(self, fetched: Any, places: DamagedPlaces, partition: TopicPartition, offset: int) -> None:
        self._fetched = memoryview(fetched)
        self._place = 0  # bytes
        self._offset = offset  # of the next record, at the least
        self._places = places
        self._partition = partition

    def next_batch(self) -> Any:
        """Return the next batch; None at the end of the fetch, or where it truncated a batch, which is fetched next."""
        end, size = _end(self._fetched, self._place), len(self._fetched)
        if end > size and (self._place or not size):
            return self._damaged(at_once=True) if end - self._place > size and self._is_followed() else None
        if end - self._place < SHORTEST:
            return self._damaged(at_once=True)  # a broker that is asked for this one again answers with an error
        batch = _sound(self._fetched, self._place)
        if batch is None:
            return self._damaged()
        self._place = end
        is_current = isinstance(batch, DefaultRecordBatch)
        # Versions before 2 have the offset of the last message in this place.
        first = batch.base_offset if is_current else min(self._offset, batch.base_offset)
        self._offset = batch.next_offset if is_current else batch.base_offset + 1
        return _Batch(batch, first, self._places, self._partition)

    def _is_followed(self) -> bool:
        """Tell whether sound batches follow, up to the end, a batch whose length is larger than the fetch.

        A broker that is asked for that batch again returns nothing: it reads its length only. So the first fetch
        counts. The batches must reach the end, because a batch that is only truncated may hold one in a value.
        """
        raw, offset = self._fetched[self._place :], self._offset
        place, following = _next_sound(raw, offset)
        while following is not None:
            place, offset = _end(raw, place), following.next_offset
            following = _sound(raw, place)
        return offset > self._offset and _may_begin(raw, place, offset)

    def _damaged(self, at_once: bool = False) -> "_DamagedBatch":
        first, raw = self._offset, self._fetched[self._place :]
        end, following = _next_sound(raw, first)
        last = following.base_offset - 1 if following else _last_offset(raw, first)
        self._offset = last + 1
        self._place = self._place + end if following else len(self._fetched)
        places = DamagedPlaces(is_believed_at_once=True) if at_once else self._places
        why = "its length or its checksum is wrong"
        return _DamagedBatch(_damaged_record(raw[:end], first, last, why), first, places, self._partition)


def _end(fetched: memoryview, place: int) -> int:
    """Return where the batch at this place ends by its own length; that may be beyond the fetch."""
    if len(fetched) - place < LENGTH.size:
        return len(fetched) + 1
    (length,) = LENGTH.unpack_from(fetched, place)
    return place + LENGTH.size + int(length)


def _sound(fetched: memoryview, place: int) -> Any:
    """Return the batch at this place; None where there is none, or its checksum is wrong."""
    end = _end(fetched, place)
    if not place + LENGTH.size < end <= len(fetched):
        return None
    try:
        batch = MemoryRecords(fetched[place:end]).next_batch()
        is_sound = batch.validate_crc()
    except (CorruptRecordError, struct.error):
        return None  # too short for a batch
    batch._buffer = fetched[place:end]  # noqa: SLF001 - in place of its copy
    return batch if is_sound else None


def _may_begin(raw: memoryview, place: int, offset: int) -> bool:
    """Tell whether a batch with this offset or a later one may begin here, or the fetch ends here."""
    head = raw[place : place + MAGIC_AT + 1]
    return len(head) <= MAGIC_AT or (head[MAGIC_AT] == MAGIC[0] and int.from_bytes(head[:8], "big") >= offset)


def _next_sound(raw: memoryview, offset: int) -> tuple[int, Any]:
    """Return where the damaged batch at the beginning ends, and the sound batch that follows or None.

    The end by its own length is tried first: the content of its records may look like a batch.
    """
    for place in _candidates(raw):
        batch = _sound(raw, place)
        if batch is not None and batch.base_offset > offset:
            return place, batch
    end = _end(raw, 0)
    return end if 0 < end <= len(raw) else len(raw), None


def _candidates(raw: memoryview) -> Iterator[int]:
    """Yield the places where the batch after a damaged one could begin."""
    yield max(_end(raw, 0), 1)
    content = bytes(raw)
    found = content.find(MAGIC, MAGIC_AT + 1)
    while found >= 0:
        yield found - MAGIC_AT
        found = content.find(MAGIC, found + 1)


def _last_offset(raw: memoryview, offset: int) -> int:
    """Return the last offset of a damaged batch where two of its fields agree on it; otherwise this single offset."""
    if len(raw) < BATCH_HEADER_BYTES:
        return offset
    batch = DefaultRecordBatch(raw[:BATCH_HEADER_BYTES])
    agree = batch.records_count == batch.last_offset_delta + 1 > 0
    return max(offset, int(batch.last_offset)) if agree else offset


def _damaged_record(raw: Any, first: int, last: int, why: str) -> DefaultRecord:
    value = Damaged(raw)
    value.reason = f"the record batch from offset {first} to {last} cannot be read: {why}"
    return DefaultRecord(len(value), last, NO_TIME, 0, None, value, [])


class _DamagedBatch:
    """In place of a damaged batch and what is damaged behind it: a batch of one record that describes it."""

    magic = 2
    leader_epoch = NO_EPOCH
    is_control_batch = False

    def __init__(self, record: DefaultRecord, first: int, places: DamagedPlaces, partition: TopicPartition) -> None:
        self._record = record
        self._first = first
        self._places = places
        self._partition = partition
        self.next_offset = record.offset + 1

    def __iter__(self) -> Iterator[DefaultRecord]:
        self._places.found(self._partition, self._first, self._record.value.reason)
        yield self._record

    def has_producer_id(self) -> bool:
        return False  # it must not be left out as part of an aborted transaction

    def validate_crc(self) -> bool:
        return True  # its record says what is wrong


class _Batch:
    """In place of a sound batch: what cannot be read in it does not raise, and memory is bounded."""

    def __init__(self, batch: Any, first: int, places: DamagedPlaces, partition: TopicPartition) -> None:
        self._batch = batch
        self._first = first  # offset
        self._places = places
        self._partition = partition

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        read = records if self._batch.magic == MAGIC[0] else messages
        following = self._first
        try:
            for record in read(self._batch, self._places.limits):
                following = record.offset + 1
                yield record
        except BatchTooLargeError as error:
            yield from self._rest(following, str(error), DamagedPlaces(is_believed_at_once=True))
        except Exception as error:  # noqa: BLE001 - anything may be wrong with it
            yield from self._rest(following, type(error).__name__, self._places)

    def validate_crc(self) -> bool:
        return True  # it was checked before

    def _rest(self, first: int, why: str, places: DamagedPlaces) -> "_DamagedBatch":
        """Return what stands for the records from this offset on."""
        last = self._batch.last_offset if self._batch.magic == MAGIC[0] else self._batch.base_offset
        record = _damaged_record(self._batch._buffer, first, last, why)  # noqa: SLF001
        return _DamagedBatch(record, first, places, self._partition)
