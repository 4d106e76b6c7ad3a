"""What stands in Kafka and cannot be read costs a dead letter, and neither its neighbours nor its partition."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Pipeline, Servers, free_port, read_topic, running_indexer, wait_until
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import CorruptRecordError
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder
from oracle import committed_of

from indexer.unreadable import Damage, Unreadable, _Batches
from stack.address import Address
from stack.broker import Broker
from stack.installation import install
from stack.servers import silent

LONG_S = 180
PLACE = TopicPartition("t", 0)
RECORDS = 3  # of each batch
AT_CRC, AT_COUNT = 17, 57  # bytes into a batch


class NoText(str):
    """A header name that no other client would write."""

    __slots__ = ()

    def encode(self, encoding: str = "", errors: str = "") -> bytes:  # noqa: ARG002
        """Return what is no UTF-8."""
        return b"\xffname"


def batches(*damaged: int, place: int = -1) -> bytes:
    """Return three batches of three records; in those named one byte is another."""
    found = b""
    for number in range(3):
        builder = MemoryRecordsBuilder(2, 0, 10_000)
        for record in range(RECORDS):
            builder.append(1, None, b"v%d" % (number * RECORDS + record))
        builder.close()
        batch = bytearray(builder.buffer())
        batch[:8] = (number * RECORDS).to_bytes(8, "big")
        batch[place] ^= 0xFF if number in damaged else 0
        found += batch
    return found


def read(fetched: bytes, damage: Damage, offset: int = 0) -> list[Any]:
    """Return offset and value of each record, as often as is needed to get past the first looks."""
    records, found = _Batches(MemoryRecords(fetched), damage, PLACE, offset), []
    while (batch := records.next_batch()) is not None:
        found += [(record.offset, record.value) for record in batch]
    return found


def test_sound_batches_are_read_as_they_are() -> None:
    assert read(batches(), Damage()) == [(number, b"v%d" % number) for number in range(9)]


def test_a_damaged_batch_is_looked_at_twice_and_then_one_record_of_its_bytes() -> None:
    damage = Damage()
    with pytest.raises(CorruptRecordError, match="t-0 at offset 3: its checksum is wrong"):
        read(batches(1), damage)

    found = read(batches(1), damage)

    assert [offset for offset, _ in found] == [0, 1, 2, 5, 6, 7, 8]
    assert (type(found[3][1]), found[3][1]) == (Unreadable, batches(1)[len(batches()) // 3 :][: len(batches()) // 3])
    assert found[3][1].reason == "the record batch from offset 3 to 5 cannot be read: its checksum is wrong"


def test_a_batch_whose_own_end_is_damaged_is_left_by_single_offsets() -> None:
    damage = Damage()
    with pytest.raises(CorruptRecordError):
        read(batches(0, place=AT_COUNT), damage, offset=1)

    assert read(batches(0, place=AT_COUNT), damage, offset=1)[0][0] == 1


def test_an_event_with_a_header_that_is_no_text_is_a_log_or_a_dead_letter_like_any_other(pipeline: Pipeline) -> None:
    pipeline.start_indexer()
    odd = [(NoText("x"), b"v"), ("plain", b"w")]
    for number in range(1, 4):
        pipeline.send({"id": number, "created_at": int(time.time() * 1000)}, headers=odd if number == 2 else None)
    pipeline.send(b"bad", headers=odd)
    wait_until(lambda: pipeline.lag() == 0)

    (letter,) = pipeline.dead_letters()

    assert pipeline.count() == 3
    assert (letter.value, letter.headers[:2]) == (b"bad", [("\\xffname", b"v"), ("plain", b"w")])


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(Address("127.0.0.1", free_port()), tmp_path / "kafka", install(silent))
    broker.start()
    yield broker
    broker.stop()


def write(broker: Broker, topic: str, numbers: range) -> None:
    """Write events as one batch."""
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, linger_ms=200)
    now_ms = int(time.time() * 1000)
    sent = [
        producer.send(topic, json.dumps({"id": number, "created_at": now_ms}).encode(), partition=0)
        for number in numbers
    ]
    for future in sent:
        future.get(timeout=LONG_S)
    producer.close()


def flip_a_byte(broker: Broker, topic: str, before: bytes) -> None:
    """Damage the log on disk at the byte before the one where this text stands."""
    (segment,) = (broker.directory / "data" / f"{topic}-0").glob("*.log")
    content = bytearray(segment.read_bytes())
    content[content.index(before) - 1] ^= 0xFF
    segment.write_bytes(content)


def test_a_batch_that_is_damaged_on_disk_costs_one_dead_letter_and_what_follows_is_indexed(
    pipeline: Pipeline, broker: Broker
) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.create_topics([NewTopic(pipeline.name, num_partitions=1, replication_factor=1)])
    admin.close()
    for numbers in (range(1, 11), range(11, 21), range(21, 31)):
        write(broker, pipeline.name, numbers)
    broker.stop()
    flip_a_byte(broker, pipeline.name, b'"id": 15')
    broker.start()
    servers = Servers(pipeline.servers.elasticsearch_url, broker.bootstrap)
    with running_indexer(pipeline.environment | {"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap}) as indexer:
        with committed_of(servers, pipeline.name) as lag:
            wait_until(lambda: lag() == 0, LONG_S)
        wait_until(indexer.is_ready)
        rebuilds = indexer.metric("consumer_rebuilds_total")

    (letter,) = read_topic(servers, f"{pipeline.name}.dead")

    about = dict(letter.headers)
    assert pipeline.count() == 20
    assert b'"id": 12' in letter.value
    assert about["gateway-logs.reason"].startswith(b"the record batch from offset 10 to 19 cannot be read")
    assert rebuilds == 1
