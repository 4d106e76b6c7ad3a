"""The records of a batch are those that the library reads, and what is too large in it is passed over and said."""

import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.record.default_records import DefaultRecordBatch
from kafka.record.legacy_records import LegacyRecordBatch
from kafka.record.memory_records import MemoryRecordsBuilder
from kafka.record.util import calc_crc32c

from indexer.kafka_python.batch_records import messages, records
from indexer.kafka_python.damaged import DamagedPlaces, _Batches
from indexer.kafka_python.unreadable import MAX_HEADERS, Damaged, TooLarge, UnpackLimits

CODECS = {"plain": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
SMALL = UnpackLimits(record=10_000, batch=10**9)
PLACE = TopicPartition("t", 0)

Given = tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes | None]]]  # key, value, headers


def batch(*given_records: Given, codec: int = 0, version: int = 2) -> bytes:
    builder = MemoryRecordsBuilder(version, codec, 10**9)
    for key, value, headers in given_records:
        builder.append(1_000, key, value, list(headers))
    builder.close()
    return bytes(builder.buffer())


def content(record: Any) -> tuple[Any, ...]:
    return record.offset, record.timestamp, record.key, record.value, record.headers


def small(number: int) -> Given:
    return b"k%d" % number, b"v%d" % number, [("h", b"x"), ("null", None)]


def read(raw: bytes, limits: UnpackLimits = SMALL) -> list[Any]:
    return list(records(DefaultRecordBatch(raw), limits))


optional = st.none() | st.binary(max_size=300)
any_record = st.tuples(optional, optional, st.lists(st.tuples(st.text(max_size=5), optional), max_size=4))


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(given_records=st.lists(any_record, min_size=1, max_size=20))
def test_records_are_read_as_the_library_reads_them(codec: int, given_records: list[Given]) -> None:
    raw = batch(*given_records, codec=codec)

    assert list(map(content, read(raw))) == list(map(content, DefaultRecordBatch(raw)))


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_a_record_that_is_too_large_is_passed_over_in_bounded_memory(codec: int) -> None:
    raw = batch(small(0), (b"key", b"x" * 40_000_000, [("h", b"x")]), small(2), codec=codec)
    parsed = DefaultRecordBatch(raw)
    tracemalloc.start()
    found = list(records(parsed, SMALL))
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [record.offset for record in found] == [0, 1, 2]
    assert [record.value for record in found] == [b"v0", b"", b"v2"]
    assert (found[1].key, found[1].headers, type(found[1].value)) == (b"key", [("h", b"x")], TooLarge)
    assert found[1].value.reason == (
        "the record is too large: it unpacks to 40000016 bytes, and the limit is 10000 (INDEXER_MAX_RECORD_BYTES)"
    )
    assert highest < 12_000_000


def test_a_key_and_headers_that_are_large_themselves_are_left_out_too() -> None:
    large = b"x" * 200_000

    key, headers, tombstone = read(batch((large, b"v", []), (b"k", b"v", [("h", large)]), (large, None, [])))

    assert (key.key, key.value.without) == (None, ("key",))
    assert (headers.key, headers.headers, headers.value.without) == (b"k", [], ("headers",))
    assert tombstone.value is None


def test_more_headers_than_memory_has_room_for_are_left_out() -> None:
    many = [("", b"")] * (MAX_HEADERS + 1)

    first, second = read(batch((b"k", b"v", many), (b"k", b"v", many[1:])), UnpackLimits())

    assert first.value.reason == "the record is too large: it has 10001 headers, and the limit is 10000"
    assert (first.headers, first.value.without) == ([], ("headers",))
    assert len(second.headers) == MAX_HEADERS


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("codec", [0, 1, 2, 3])
def test_messages_of_earlier_versions_are_read_as_the_library_reads_them(version: int, codec: int) -> None:
    if (version, codec) == (0, 3):
        pytest.skip("its checksum of lz4 is wrong: it needs a library that is not installed")
    raw = batch(*[(b"k%d" % number, b"v", []) for number in range(3 if codec else 1)], version=version, codec=codec)

    found = list(messages(LegacyRecordBatch(raw, version), SMALL))

    theirs = [(one.offset, one.key, one.value) for one in LegacyRecordBatch(raw, version)]
    assert [(one.offset, one.key, one.value) for one in found] == theirs
    assert {one.timestamp for one in found} == {1_000 if version else -1}


def test_a_message_of_an_earlier_version_that_is_too_large_is_passed_over() -> None:
    raw = batch((b"a", b"1", []), (b"key", b"x" * 50_000_000, []), (b"c", b"3", []), version=1, codec=1)

    found = list(messages(LegacyRecordBatch(raw, 1), SMALL))

    assert [(one.key, one.value) for one in found] == [(b"a", b"1"), (b"key", b""), (b"c", b"3")]
    assert "it unpacks to 50000025 bytes" in found[1].value.reason


def through_the_fetcher(raw: bytes, limits: UnpackLimits) -> list[Any]:
    batches = _Batches(raw, DamagedPlaces(limits, is_believed_at_once=True), PLACE, 0)
    found: list[Any] = []
    while (one := batches.next_batch()) is not None:
        found += one
    return found


def test_what_lies_behind_the_limit_of_a_batch_is_one_record_that_says_so() -> None:
    raw = batch(*[(None, b"x" * 1_000_000, [])] * 10, codec=1)

    found = through_the_fetcher(raw, UnpackLimits(batch=3_500_000))

    assert [record.offset for record in found] == [0, 1, 2, 9]
    assert (type(found[3].value), found[3].value) == (Damaged, raw)
    assert found[3].value.reason == (
        "the record batch from offset 3 to 9 cannot be read:"
        " it unpacks to more than 3500000 bytes (INDEXER_MAX_BATCH_BYTES)"
    )


def test_a_damaged_message_of_an_earlier_version_is_one_dead_letter() -> None:
    inner = bytearray(batch((b"k", b"value", []), version=1))
    raw = batch((b"k", b"v", []), version=1) + bytes(inner)
    whole = bytearray(raw)
    whole[-1] ^= 0xFF

    found = through_the_fetcher(bytes(whole), SMALL)

    assert [type(record.value) for record in found] == [bytes, Damaged]


def test_bytes_behind_the_last_record_are_not_dropped_silently() -> None:
    raw = bytearray(batch(small(0), small(1)))
    count = DefaultRecordBatch.HEADER_STRUCT.size - 4
    raw[count : count + 4] = (1).to_bytes(4, "big")
    raw[17:21] = _checksum(bytes(raw[21:]))

    found = through_the_fetcher(bytes(raw), SMALL)

    assert [type(record.value) for record in found] == [bytes, Damaged]


def _checksum(content_of_batch: bytes) -> bytes:
    return int(calc_crc32c(content_of_batch)).to_bytes(4, "big")
