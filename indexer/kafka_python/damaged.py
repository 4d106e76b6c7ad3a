"""What stands in Kafka and cannot be read (a damaged batch, a header that is no text) is read past.

kafka-python 3.0.12 raises for it in the middle of a poll, and would stand at its offset for ever. Here a header that
is not UTF-8 is read with escapes, and what is damaged, up to the next batch whose checksum is right, becomes a single
record whose value is the bytes as Kafka holds them, for the dead-letter topic: nothing is dropped silently, and what
follows is read. A batch begins with its base offset (8 bytes) and the length of what follows (4); byte 16 says which
version it is (https://kafka.apache.org/documentation/#recordbatch).
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

log = structlog.get_logger()

NO_TIME = -1  # the damage may be in the batch's times
NO_EPOCH = -1
LENGTH = struct.Struct(">8xi")  # of what follows it
MAGIC, MAGIC_AT = b"\x02", 16  # bytes into a batch
SHORTEST = MemoryRecords.MIN_SLICE  # bytes of a batch
HEADER = DefaultRecordBatch.HEADER_STRUCT.size


class Unreadable(bytes):
    """The value of a record that stands for damaged bytes: these bytes, and what is wrong with them."""

    reason = ""


class Damage:
    """The damaged places one process has met. The first look at one may err: the second, a fresh fetch, counts.

    Where nothing is written for what is damaged, the first one is believed.
    """

    def __init__(self, is_believed_at_once: bool = False) -> None:
        self._is_believed_at_once = is_believed_at_once
        self._seen: set[tuple[TopicPartition, int]] = set()

    def read_past(self, consumer: KafkaConsumer) -> None:
        """Let this consumer give what is damaged as one record, where it has been met before."""
        damage = self

        class Records(Fetcher.PartitionRecords):  # type: ignore[misc]
            def __init__(self, offset: int, partition: TopicPartition, records: Any, **options: Any) -> None:
                # The fetcher refuses a fetch that begins with no whole batch. A broker never cuts the first one
                # short, so its length is damaged: that is told as a record.
                records._next_slice = records._next_slice or records._buffer  # noqa: SLF001
                super().__init__(offset, partition, _Batches(records._buffer, damage, partition, offset), **options)  # noqa: SLF001

        consumer._fetcher.PartitionRecords = Records  # noqa: SLF001

    def meet(self, partition: TopicPartition, offset: int, reason: str) -> None:
        """Raise CorruptRecordError at the first look: a consumer made anew then fetches it once more."""
        if (partition, offset) not in self._seen and not self._is_believed_at_once:
            self._seen.add((partition, offset))
            raise CorruptRecordError(f"{partition.topic}-{partition.partition}: {reason}")
        log.error("records cannot be read", topic=partition.topic, partition=partition.partition, reason=reason)


class _Batches:
    """Stands for the fetched records of one partition, and gives batches that do not raise."""

    def __init__(self, fetched: Any, damage: Damage, partition: TopicPartition, offset: int) -> None:
        self._fetched = memoryview(fetched)
        self._place = 0  # bytes
        self._offset = offset  # of the next record, at the least
        self._damage = damage
        self._partition = partition

    def next_batch(self) -> Any:
        """Return the next batch; None where the fetch ends, or cut one short: the next fetch begins with that."""
        end, size = _end(self._fetched, self._place), len(self._fetched)
        if end > size and (self._place or not size):
            return self._damaged(at_once=True) if end - self._place > size and self._is_followed() else None
        if end - self._place < SHORTEST:
            return self._damaged(at_once=True)  # a broker asked for this one once more gives an error
        batch = _sound(self._fetched, self._place)
        if batch is None:
            return self._damaged()
        self._place = end
        if not isinstance(batch, DefaultRecordBatch):
            return batch  # of Kafka's first versions, which knew no headers
        self._offset = batch.next_offset
        return _Batch(batch, self._damage, self._partition)

    def _is_followed(self) -> bool:
        """Tell whether sound batches, to the end, are behind one that claims to be longer than all that was fetched.

        A broker asked for that one gives nothing more: it looks no further than the length. So this look counts. And
        they must reach the end: a batch that is only cut short may hold one in a value.
        """
        raw, offset = self._fetched[self._place :], self._offset
        place, following = _next_sound(raw, offset)
        while following is not None:
            place, offset = _end(raw, place), following.next_offset
            following = _sound(raw, place)
        return offset > self._offset and _may_begin(raw, place, offset)

    def _damaged(self, at_once: bool = False) -> "_Damaged":
        first, raw = self._offset, self._fetched[self._place :]
        end, following = _next_sound(raw, first)
        last = following.base_offset - 1 if following else _last_offset(raw, first)
        self._offset = last + 1
        self._place = self._place + end if following else len(self._fetched)
        damage = Damage(is_believed_at_once=True) if at_once else self._damage
        why = "its length or its checksum is wrong"
        return _Damaged(_unreadable(raw[:end], first, last, why), first, damage, self._partition)


def _end(fetched: memoryview, place: int) -> int:
    """Return where the batch at this place ends, by its own length; beyond what was fetched where that cut it short."""
    if len(fetched) - place < LENGTH.size:
        return len(fetched) + 1
    (length,) = LENGTH.unpack_from(fetched, place)
    return place + LENGTH.size + int(length)


def _sound(fetched: memoryview, place: int) -> Any:
    """Return the batch at this place; None where none begins, or its checksum is wrong."""
    end = _end(fetched, place)
    if not place + LENGTH.size < end <= len(fetched):
        return None
    try:
        batch = MemoryRecords(fetched[place:end]).next_batch()
        return batch if batch.validate_crc() else None
    except (CorruptRecordError, struct.error):
        return None  # too short for a batch


def _may_begin(raw: memoryview, place: int, offset: int) -> bool:
    """Tell whether a batch of this offset or a later one may begin here, or the fetch ends."""
    head = raw[place : place + MAGIC_AT + 1]
    return len(head) <= MAGIC_AT or (head[MAGIC_AT] == MAGIC[0] and int.from_bytes(head[:8], "big") >= offset)


def _next_sound(raw: memoryview, offset: int) -> tuple[int, Any]:
    """Return where the damaged batch ends with which this begins, and the sound one that follows, or None.

    Its own end is tried first: what its records hold may look like a batch.
    """
    for place in _candidates(raw):
        batch = _sound(raw, place)
        if batch is not None and batch.base_offset > offset:
            return place, batch
    end = _end(raw, 0)
    return end if 0 < end <= len(raw) else len(raw), None


def _candidates(raw: memoryview) -> Iterator[int]:
    """Give the places of a damaged batch and of what follows it where another could begin."""
    yield max(_end(raw, 0), 1)
    content = bytes(raw)
    found = content.find(MAGIC, MAGIC_AT + 1)
    while found >= 0:
        yield found - MAGIC_AT
        found = content.find(MAGIC, found + 1)


def _last_offset(raw: memoryview, offset: int) -> int:
    """Return the last offset of a damaged batch, if two of its fields agree on it; else go on by single offsets."""
    if len(raw) < HEADER:
        return offset
    batch = DefaultRecordBatch(raw[:HEADER])
    agree = batch.records_count == batch.last_offset_delta + 1 > 0
    return max(offset, int(batch.last_offset)) if agree else offset


def _unreadable(raw: Any, first: int, last: int, why: str) -> DefaultRecord:
    value = Unreadable(raw)
    value.reason = f"the record batch from offset {first} to {last} cannot be read: {why}"
    return DefaultRecord(len(value), last, NO_TIME, 0, None, value, [])


class _Damaged:
    """Stands for a damaged batch, and whatever is damaged behind it: a batch of one record that tells of it."""

    magic = 2
    leader_epoch = NO_EPOCH
    is_control_batch = False

    def __init__(self, record: DefaultRecord, first: int, damage: Damage, partition: TopicPartition) -> None:
        self._record = record
        self._first = first
        self._damage = damage
        self._partition = partition
        self.next_offset = record.offset + 1

    def __iter__(self) -> Iterator[DefaultRecord]:
        self._damage.meet(self._partition, self._first, self._record.value.reason)
        yield self._record

    def has_producer_id(self) -> bool:
        return False  # no transaction is to leave it out

    def validate_crc(self) -> bool:
        return True  # what is wrong is told by the record


class _Batch:
    """Stands for a sound batch: the same, but a record in it that cannot be read does not raise."""

    def __init__(self, batch: DefaultRecordBatch, damage: Damage, partition: TopicPartition) -> None:
        self._batch = batch
        self._raw = batch._buffer  # noqa: SLF001  # as it came: decompressing makes another
        self._damage = damage
        self._partition = partition

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except Exception:  # noqa: BLE001 - what may be wrong with it is anybody's guess
            yield from self._with_any_headers()

    def validate_crc(self) -> bool:
        return True  # it was when this was made

    def _with_any_headers(self) -> Iterator[Any]:
        """Go on from the record that could not be read, its header names read with escapes."""
        self._batch._buffer = _AnyText(self._batch._buffer)  # noqa: SLF001
        try:
            yield from self._batch
        except Exception as error:  # noqa: BLE001 - as above
            first, last = self._batch.base_offset, self._batch.last_offset
            yield from _Damaged(_unreadable(self._raw, first, last, str(error)), first, self._damage, self._partition)


class _AnyText(bytearray):
    """Bytes of which every part can be decoded."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _AnyText(found) if isinstance(place, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "") -> str:
        return bytes(self).decode(encoding, errors or "backslashreplace")
