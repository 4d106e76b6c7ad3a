"""What stands in Kafka and cannot be read (a batch with a wrong checksum, a header that is no text) is read past.

kafka-python 3.0.12 raises for it in the middle of a poll, and would stand at its offset for ever. Here a header that
is not UTF-8 is read with escapes, and a batch, or the rest of one, that is damaged becomes a single record whose value
is the batch as Kafka holds it, for the dead-letter topic: nothing is dropped silently, and what follows is read.
"""

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


class Unreadable(bytes):
    """The value of a record that stands for a damaged batch: the batch's bytes, and what is wrong with it."""

    reason = ""


class Damage:
    """The damaged places one process has met. The first look at one may err: the second, a fresh fetch, counts."""

    def __init__(self) -> None:
        self._seen: set[tuple[TopicPartition, int]] = set()

    def read_past(self, consumer: KafkaConsumer) -> None:
        """Let this consumer give a damaged batch as one record, where it has been met before."""
        damage = self

        class Records(Fetcher.PartitionRecords):  # type: ignore[misc]
            def __init__(self, offset: int, partition: TopicPartition, records: Any, **options: Any) -> None:
                super().__init__(offset, partition, _Batches(records, damage, partition, offset), **options)

        consumer._fetcher.PartitionRecords = Records  # noqa: SLF001

    def meet(self, partition: TopicPartition, offset: int, why: str) -> None:
        """Raise CorruptRecordError at the first look: a consumer made anew then fetches it once more."""
        if (partition, offset) not in self._seen:
            self._seen.add((partition, offset))
            raise CorruptRecordError(f"{partition.topic}-{partition.partition} at offset {offset}: {why}")
        log.error("records cannot be read", partition=partition.partition, offset=offset, why=why)


class _Batches:
    """Stands for the fetched records of one partition, and gives batches that do not raise."""

    def __init__(self, records: MemoryRecords, damage: Damage, partition: TopicPartition, offset: int) -> None:
        self._records = records
        self._about = (damage, partition, offset)

    def next_batch(self) -> Any:
        batch = self._records.next_batch()
        return _Batch(batch, *self._about) if isinstance(batch, DefaultRecordBatch) else batch


class _Batch:
    """Stands for one batch: the same, but where it is damaged one unreadable record is in it."""

    def __init__(self, batch: DefaultRecordBatch, damage: Damage, partition: TopicPartition, offset: int) -> None:
        self._batch = batch
        self._raw = batch._buffer  # noqa: SLF001  # as it came: decompressing makes another
        self._damage = damage
        self._partition = partition
        self._is_sound = batch.validate_crc()
        self.is_control_batch = self._is_sound and batch.is_control_batch
        self.last_offset = batch.last_offset if self._is_sound else self._plausible_end(offset)
        self.next_offset = self.last_offset + 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        if not self._is_sound:
            yield self._unreadable("its checksum is wrong")
            return
        try:
            yield from self._batch
        except Exception:  # noqa: BLE001 - what may be wrong with it is anybody's guess
            yield from self._with_any_headers()

    def has_producer_id(self) -> bool:
        return self._is_sound and bool(self._batch.has_producer_id())

    def validate_crc(self) -> bool:
        return True  # what is wrong is told by the record

    def _with_any_headers(self) -> Iterator[Any]:
        """Go on from the record that could not be read, its header names read with escapes."""
        self._batch._buffer = _AnyText(self._batch._buffer)  # noqa: SLF001
        try:
            yield from self._batch
        except Exception as error:  # noqa: BLE001 - as above
            yield self._unreadable(str(error))

    def _unreadable(self, why: str) -> DefaultRecord:
        first = self._batch.base_offset
        self._damage.meet(self._partition, first, why)
        value = Unreadable(self._raw)
        value.reason = f"the record batch from offset {first} to {self.last_offset} cannot be read: {why}"
        return DefaultRecord(len(value), self.last_offset, NO_TIME, 0, None, value, [])

    def _plausible_end(self, offset: int) -> int:
        """Return the last offset of a damaged batch, if two of its fields agree on it; else go on by single offsets."""
        agree = self._batch.records_count == self._batch.last_offset_delta + 1 > 0
        return max(offset, self._batch.last_offset) if agree else offset


class _AnyText(bytearray):
    """Bytes of which every part can be decoded."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _AnyText(found) if isinstance(place, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "") -> str:
        return bytes(self).decode(encoding, errors or "backslashreplace")
