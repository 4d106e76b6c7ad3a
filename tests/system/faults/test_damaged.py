"""Records that are damaged in Kafka become dead letters; the records around them and their partition go on."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import CorruptRecordError
from kafka.record.memory_records import MemoryRecordsBuilder

from indexer.kafka_python.damaged import DamagedPlaces, _Batches
from indexer.kafka_python.unreadable import Damaged
from stack.network.address import Address, free_port
from stack.progress import no_progress
from stack.servers.broker import Broker
from stack.servers.installation import install
from tests.support.faults.oracle import committed_of
from tests.support.pipeline import Pipeline, read_topic
from tests.support.programs import running_indexer
from tests.support.servers import Servers
from tests.support.waiting import LONG_S, wait_until

PLACE = TopicPartition("t", 0)
RECORDS = 3  # of each batch
AT_LENGTH, AT_MAGIC, AT_COUNT, AT_VALUES = 8, 16, 57, 100  # bytes into a batch


class NoText(str):
    """A header name that no other client would write."""

    __slots__ = ()

    def encode(self, encoding: str = "", errors: str = "") -> bytes:  # noqa: ARG002
        """Return what is no UTF-8."""
        return b"\xffname"


def batch(number: int, *values: bytes) -> bytearray:
    """Return the batch with this number, of three records."""
    builder = MemoryRecordsBuilder(2, 0, 10_000)
    for record in range(RECORDS):
        builder.append(1, None, values[record] if values else b"v%d" % (number * RECORDS + record))
    builder.close()
    found = bytearray(builder.buffer())
    found[:8] = (number * RECORDS).to_bytes(8, "big")
    return found


def batches(damaged: int, place: int = -1, flipped: int = 0xFF) -> bytes:
    """Return three batches; in one of them one byte is another."""
    found = [batch(number) for number in range(3)]
    found[damaged][place] ^= flipped
    return b"".join(found)


def looked_at(fetched: bytes, offset: int = 0) -> list[Any]:
    """Return offset and value of each record at the second look; the first one raises."""
    damage = DamagedPlaces()
    with pytest.raises(CorruptRecordError, match=r"t-0: the record batch from offset \d+ to \d+ cannot be read: "):
        read(fetched, damage, offset)
    return read(fetched, damage, offset)


def read(fetched: bytes, damage: DamagedPlaces, offset: int = 0) -> list[Any]:
    """Return offset and value of each record."""
    records, found = _Batches(fetched, damage, PLACE, offset), []
    while (one := records.next_batch()) is not None:
        found += [(record.offset, record.value) for record in one]
    return found


SOUND = batches(0, flipped=0)
SIZE = len(SOUND) // 3


def test_sound_batches_are_read_as_they_are() -> None:
    assert read(SOUND, DamagedPlaces()) == [(number, b"v%d" % number) for number in range(9)]


def test_a_batch_that_the_fetch_cut_short_is_left_to_the_next_one() -> None:
    assert [offset for offset, _ in read(SOUND[:-1], DamagedPlaces())] == [0, 1, 2, 3, 4, 5]
    assert read(b"", DamagedPlaces()) == []


@pytest.mark.parametrize(
    ("place", "flipped"),
    [(-1, 0xFF), (AT_COUNT, 0xFF), (AT_MAGIC, 0x03), (AT_LENGTH + 3, 0x01)],
    ids=["a value", "its count", "its version", "a length that is wrong by one"],
)
def test_whatever_is_damaged_is_one_record_of_its_bytes_and_what_follows_is_read(place: int, flipped: int) -> None:
    damaged = batches(1, place, flipped)

    found = looked_at(damaged)

    assert [offset for offset, _ in found] == [0, 1, 2, 5, 6, 7, 8]
    value = found[3][1]
    assert (type(value), value) == (Damaged, damaged[SIZE : 2 * SIZE])
    assert value.reason.startswith("the record batch from offset 3 to 5 cannot be read: its length or its checksum")


def test_a_length_beyond_all_that_was_fetched_is_found_out_by_what_follows() -> None:
    damaged = batches(1, AT_LENGTH, 0x01)

    assert [offset for offset, _ in read(damaged[: 2 * SIZE], DamagedPlaces())] == [0, 1, 2]
    assert [offset for offset, _ in looked_at(damaged[SIZE:], 3)] == [5, 6, 7, 8]


@pytest.mark.parametrize("flipped", [0xFF, 0x01])
def test_a_length_with_which_a_broker_gives_nothing_more_is_believed_to_be_wrong_at_once(flipped: int) -> None:
    damaged = batches(1, AT_LENGTH, flipped)

    assert [offset for offset, _ in read(damaged, DamagedPlaces())] == [0, 1, 2, 5, 6, 7, 8]


@pytest.mark.parametrize("place", [-1, AT_LENGTH], ids=["a value", "its length"])
def test_at_the_end_of_a_fetch_two_fields_of_the_batch_say_where_it_ends(place: int) -> None:
    assert [offset for offset, _ in looked_at(batches(1, place, 0x01)[SIZE : 2 * SIZE], 3)] == [5]


def test_where_those_are_damaged_too_it_is_left_by_single_offsets() -> None:
    assert [offset for offset, _ in looked_at(batches(2, AT_COUNT)[2 * SIZE :], offset=7)] == [7]


def test_a_batch_within_a_value_is_not_taken_for_the_next_one() -> None:
    odd = batch(0, b"a", bytes(batch(7)), b"b")
    odd[-1] ^= 0xFF

    assert [offset for offset, _ in looked_at(bytes(odd + batch(1)))] == [2, 3, 4, 5]


def test_a_batch_that_the_fetch_cut_short_is_whole_however_it_looks_inside() -> None:
    odd = batch(1, b"a", bytes(batch(7)), b"b" * 1000)
    fetched = bytes(batch(0) + odd)[: SIZE + 2 * SIZE + 30]  # shorter than the odd one claims to be

    assert [offset for offset, _ in read(fetched, DamagedPlaces())] == [0, 1, 2]


def is_seen(place: int) -> bool:
    """Tell whether damage there is seen: of a batch's first bytes only its length is."""
    return AT_LENGTH <= place % SIZE < AT_LENGTH + 4 or place % SIZE > AT_MAGIC


flips = st.tuples(st.sampled_from([place for place in range(len(SOUND)) if is_seen(place)]), st.integers(1, 255))


@given(st.lists(flips, max_size=4))
def test_for_any_damage_that_can_be_seen_what_is_sound_is_read_once_and_in_order(
    damage: list[tuple[int, int]],
) -> None:
    stored = bytearray(SOUND)
    for place, flipped in damage:
        stored[place] ^= flipped

    found = consumed(bytes(stored))

    offsets = [offset for offset, _ in found]
    assert offsets == sorted(set(offsets))
    sound = [n for n in range(3) if stored[n * SIZE : (n + 1) * SIZE] == SOUND[n * SIZE : (n + 1) * SIZE]]
    assert [v for _, v in found if type(v) is bytes] == [
        b"v%d" % (n * RECORDS + r) for n in sound for r in range(RECORDS)
    ]


def consumed(stored: bytes) -> list[Any]:
    """Return what a consumer gets that fetches as often as is needed, from a broker that begins with whole batches."""
    damage, found, offset = DamagedPlaces(), [], 0
    while offset < 3 * RECORDS:
        with suppress(CorruptRecordError):
            fetched = read(stored[offset // RECORDS * SIZE :], damage, offset)
            found += [record for record in fetched if record[0] >= offset]
            offset = found[-1][0] + 1
    return found


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
    broker = Broker(Address("127.0.0.1", free_port()), tmp_path / "kafka", install(no_progress))
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


def damage(broker: Broker, topic: str, places: dict[int, int]) -> None:
    """Flip a byte in batches of the log on disk: number of the batch to the byte's place in it."""
    (segment,) = (broker.directory / "data" / f"{topic}-0").glob("*.log")
    content = bytearray(segment.read_bytes())
    begins = 0
    for number in range(max(places) + 1):
        ends = begins + 12 + int.from_bytes(content[begins + AT_LENGTH : begins + AT_LENGTH + 4], "big")
        if number in places:
            content[begins + places[number]] ^= 0x01
        begins = ends
    segment.write_bytes(content)


def test_batches_that_are_damaged_on_disk_cost_a_dead_letter_each_and_what_follows_is_indexed(
    pipeline: Pipeline, broker: Broker
) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    # Without an entry of its index behind the damage, which in a log of this size there is not, Kafka loses the rest.
    each = {"index.interval.bytes": "1"}
    admin.create_topics([NewTopic(pipeline.name, num_partitions=1, replication_factor=1, topic_configs=each)])
    admin.close()
    for first in range(1, 51, 10):
        write(broker, pipeline.name, range(first, first + 10))
    broker.stop()
    damage(broker, pipeline.name, {1: AT_VALUES, 3: AT_LENGTH})
    broker.start()
    servers = Servers(pipeline.servers.elasticsearch_url, broker.bootstrap)
    with running_indexer(pipeline.environment | {"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap}) as indexer:
        with committed_of(servers, pipeline.name) as lag:
            wait_until(lambda: lag() == 0, LONG_S)
        wait_until(indexer.is_ready)
        rebuilds = indexer.metric("consumer_rebuilds_total")

    letters = sorted(
        read_topic(servers, f"{pipeline.name}.dead"), key=lambda letter: dict(letter.headers)["gateway-logs.offset"]
    )
    told = pipeline.run("replay", "--from", "0", KAFKA_BOOTSTRAP_SERVERS=broker.bootstrap)

    assert pipeline.count() == 30
    assert '"polled": 32, "indexed": 0, "duplicate": 30, "in_flight": 0, "refused": 2' in told
    assert [b'"id": %d' % number in letter.value for letter, number in zip(letters, (12, 32), strict=True)] == [
        True
    ] * 2
    reasons = [dict(letter.headers)["gateway-logs.reason"] for letter in letters]
    assert reasons[0].startswith(b"the record batch from offset 10 to 19 cannot be read")
    assert reasons[1].startswith(b"the record batch from offset 30 to 39 cannot be read")
    assert rebuilds == 1  # the broker would not give the other one once more
