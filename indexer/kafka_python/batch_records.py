"""The records of one batch, read piece by piece: memory is bounded by one record, not by what the batch unpacks to.

A record that is larger than the limit, or has too many headers, is passed over, and a record that says so is in its
place. All versions of Kafka's format are read (https://kafka.apache.org/documentation/#messageformat).
"""

import struct
from binascii import crc32
from collections.abc import Iterator
from typing import Any, NamedTuple

from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecord, DefaultRecordBatch
from kafka.record.legacy_records import LegacyRecordBatch
from kafka.record.util import decode_varint

from indexer.kafka_python import unpack
from indexer.kafka_python.unreadable import KEPT_BYTES, MAX_HEADERS, UnpackLimits, too_large

NO_TIME = -1
LONGEST_VARINT = 10  # bytes
NULL = -1  # as a length
_SIZE = struct.Struct(">i")
_ENTRY = struct.Struct(">qi")  # of a message set: offset, and the length of the rest
_MESSAGE = struct.Struct(">IbB")  # checksum, version, attributes; then the time from version 1 on
_TIME = struct.Struct(">q")
_CRC_BYTES = 4

Headers = list[tuple[str, bytes | None]]


class BatchTooLargeError(Exception):
    """The batch unpacks to more than the limit: the records up to here were read."""


class _Content:
    """The unpacked bytes of a batch, of which only the piece that is being read is in memory."""

    def __init__(self, pieces: Iterator[bytes | memoryview], limit: int) -> None:
        self._pieces = pieces
        self._limit = limit
        self._left_behind = 0  # bytes before the buffer
        self.buffer = b""
        self.place = 0  # in the buffer

    @property
    def position(self) -> int:
        """Return how many bytes were read."""
        return self._left_behind + self.place

    def fill(self, size: int) -> bool:
        """Buffer so many bytes from here on; return False where there are fewer."""
        have = len(self.buffer) - self.place
        if have >= size:
            return True
        parts: list[bytes | memoryview] = [self.buffer[self.place :]]
        while have < size and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            have += len(piece)
        self._left_behind += self.place
        self.buffer, self.place = b"".join(parts), 0
        if self._left_behind + have > self._limit:
            raise BatchTooLargeError(f"it unpacks to more than {self._limit} bytes (INDEXER_MAX_BATCH_BYTES)")
        return have >= size

    def need(self, size: int) -> None:
        """Buffer so many bytes from here on; raise CorruptRecordError where there are fewer."""
        if not self.fill(size):
            raise CorruptRecordError("it ends too early")

    def take(self, size: int) -> bytes:
        """Read so many bytes."""
        self.need(size)
        self.place += size
        return self.buffer[self.place - size : self.place]

    def pass_to(self, place: int) -> None:
        """Go on from this place in the buffer; an empty buffer takes no memory while a record is in use."""
        self.place = place
        if place == len(self.buffer):
            self._left_behind += place
            self.buffer, self.place = b"", 0

    def skip(self, size: int) -> None:
        """Pass over so many bytes, which are never in memory together."""
        while size > 0:
            self.need(1)
            step = min(size, len(self.buffer) - self.place)
            self.place += step
            size -= step

    def varint(self) -> int:
        """Read an integer of Kafka's format for records."""
        self.fill(LONGEST_VARINT)
        found, self.place = decode_varint(self.buffer, self.place)
        return int(found)

    def numbers(self, layout: struct.Struct) -> tuple[Any, ...]:
        """Read numbers in this layout."""
        return layout.unpack(self.take(layout.size))


def records(batch: DefaultRecordBatch, limits: UnpackLimits) -> Iterator[DefaultRecord]:
    """Yield the records of a batch; raise BatchTooLargeError, or any other error where it is damaged."""
    packed = memoryview(batch._buffer)[batch.HEADER_STRUCT.size :]  # noqa: SLF001
    content = _Content(unpack.pieces(batch.compression_type, packed), limits.batch)
    for _ in range(batch.records_count):
        length = content.varint()
        if length > limits.record:
            yield _large_record(content, batch, length, limits.record)
            continue
        content.need(length)
        end = content.place + length
        record = _record(content.buffer, content.place, end, batch)
        content.pass_to(end)
        yield record
    if content.fill(1):
        raise CorruptRecordError("bytes follow its last record")


def _record(buffer: bytes, place: int, end: int, batch: DefaultRecordBatch) -> DefaultRecord:
    size = end - place
    delta, place = decode_varint(buffer, place + 1)  # behind one byte of attributes, of which none is in use
    offset, place = decode_varint(buffer, place)
    key, place = _bytes(buffer, place, end)
    value, place = _bytes(buffer, place, end)
    count, place = decode_varint(buffer, place)
    if count > MAX_HEADERS:
        headers: Headers = []
        value = (
            None if value is None else too_large(f"it has {count} headers, and the limit is {MAX_HEADERS}", "headers")
        )
    else:
        headers = _headers(buffer, place, end, count)
    time, kind = _time(batch, delta), batch.timestamp_type
    return DefaultRecord(size, batch.base_offset + offset, time, kind, key, value, headers)


def _large_record(content: _Content, batch: DefaultRecordBatch, length: int, limit: int) -> DefaultRecord:
    """Pass over the record; keep its key and its headers where they are small."""
    end = content.position + length
    content.skip(1)
    delta, offset = content.varint(), content.varint()
    key, has_key = _small(content, content.varint())
    size = content.varint()
    content.skip(size)
    left = end - content.position
    headers = _small_headers(content.take(left)) if 0 < left <= KEPT_BYTES else None
    content.skip(end - content.position)
    if content.position != end:
        raise CorruptRecordError("a part of a record is longer than the record")
    without = [name for name, kept in (("key", has_key), ("headers", headers is not None)) if not kept]
    reason = f"it unpacks to {length} bytes, and the limit is {limit} (INDEXER_MAX_RECORD_BYTES)"
    value = None if size == NULL else too_large(reason, *without)
    time, kind = _time(batch, delta), batch.timestamp_type
    return DefaultRecord(length, batch.base_offset + offset, time, kind, key, value, headers or [])


def _small(content: _Content, size: int) -> tuple[bytes | None, bool]:
    """Read a part of a record, or pass over it; tell whether it was read."""
    if size == NULL:
        return None, True
    if size <= KEPT_BYTES:
        return content.take(size), True
    content.skip(size)
    return None, False


def _small_headers(raw: bytes) -> Headers | None:
    count, place = decode_varint(raw, 0)
    return _headers(raw, place, len(raw), count) if count <= MAX_HEADERS else None


def _headers(buffer: bytes, place: int, end: int, count: int) -> Headers:
    """Read headers; in a name that is not UTF-8 the bytes in question are written with escapes."""
    found: Headers = []
    for _ in range(count):
        name, place = _bytes(buffer, place, end)
        value, place = _bytes(buffer, place, end)
        if name is None:
            raise CorruptRecordError("a header has no name")
        found.append((name.decode(errors="backslashreplace"), value))
    if count < 0 or place != end:
        raise CorruptRecordError("a record has another length than its parts")
    return found


def _bytes(buffer: bytes, place: int, end: int) -> tuple[bytes | None, int]:
    size, place = decode_varint(buffer, place)
    if size == NULL:
        return None, place
    if size < 0 or place + size > end:
        raise CorruptRecordError("a part of a record is longer than the record")
    return buffer[place : place + size], place + size


def _time(batch: DefaultRecordBatch, delta: int) -> int:
    is_of_broker = batch.timestamp_type == batch.LOG_APPEND_TIME
    return int(batch.max_timestamp if is_of_broker else batch.first_timestamp + delta)


class _Message(NamedTuple):
    """A message of the versions before 2, without its offset."""

    attributes: int
    time: int
    key: bytes | None
    value: bytes | None


def messages(batch: LegacyRecordBatch, limits: UnpackLimits) -> Iterator[DefaultRecord]:
    """Yield the messages of a batch of version 0 or 1, which have no headers; raise as `records` does."""
    raw, codec, kind = batch._buffer, batch.compression_type, batch.timestamp_type or 0  # noqa: SLF001
    outer = _Content(iter([bytes(raw)]), limits.batch)
    offset, length = outer.numbers(_ENTRY)
    if not codec:
        yield _as_record(offset, length, _message(outer, length, limits.record), kind)
        return
    packed = _message(outer, length, len(raw))
    value = memoryview(packed.value or b"")
    last = _last_offset(_Content(unpack.pieces(codec, value), limits.batch))
    base = max(offset - last, 0) if batch.magic else 0  # of version 0 the offsets are those of the log
    content = _Content(unpack.pieces(codec, value), limits.batch)
    while content.fill(1):
        offset, length = content.numbers(_ENTRY)
        message = _message(content, length, limits.record)
        if message.attributes & batch.CODEC_MASK:
            raise CorruptRecordError("a message in it is compressed again")
        time = packed.time if kind == batch.LOG_APPEND_TIME else message.time
        yield _as_record(base + offset, length, message._replace(time=time), kind)


def _last_offset(content: _Content) -> int:
    """Return the offset of the last message, which says where the offsets of version 1 begin."""
    offset = 0
    while content.fill(1):
        offset, length = content.numbers(_ENTRY)
        content.skip(length)
    return int(offset)


def _message(content: _Content, length: int, limit: int) -> _Message:
    end = content.position + length
    is_whole = length <= limit
    if is_whole:
        content.need(length)
        whole = memoryview(content.buffer)[content.place : content.place + length]
    checksum, version, attributes = content.numbers(_MESSAGE)
    if is_whole and crc32(whole[_CRC_BYTES:]) != checksum:
        raise CorruptRecordError("the checksum of a message is wrong")
    (time,) = content.numbers(_TIME) if version else (NO_TIME,)
    key, has_key = _small(content, _checked(content, end)) if not is_whole else (_part(content, end), True)
    if is_whole:
        return _Message(attributes, time, key, _part(content, end))
    (size,) = content.numbers(_SIZE)
    content.skip(end - content.position)
    reason = f"it unpacks to {length} bytes, and the limit is {limit} (INDEXER_MAX_RECORD_BYTES)"
    value = None if size == NULL else too_large(reason, *([] if has_key else ["key"]))
    return _Message(attributes, time, key, value)


def _part(content: _Content, end: int) -> bytes | None:
    size = _checked(content, end)
    return None if size == NULL else content.take(size)


def _checked(content: _Content, end: int) -> int:
    """Read the length of a part of a message that has to end there."""
    (size,) = content.numbers(_SIZE)
    if size < NULL or content.position + size > end:
        raise CorruptRecordError("a part of a message is longer than the message")
    return int(size)


def _as_record(offset: int, size: int, message: _Message, kind: int) -> DefaultRecord:
    return DefaultRecord(size, offset, message.time, kind, message.key, message.value, [])
