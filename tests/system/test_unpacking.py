"""Records that are larger than anything can carry: each is a dead letter, and the good ones around it are logs."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from stack.network.address import Address, free_port
from stack.progress import no_progress
from stack.servers.installation import install
from stack.servers.node import Node
from tests.support.logs import Event
from tests.support.pipeline import Pipeline, pipeline_on
from tests.support.servers import Servers
from tests.support.waiting import LONG_S, wait_until

HUGE = b'{"content":"' + b"x" * 150_000_000 + b'"}'
MOST_MB = 256
NOW_MS = int(time.time() * 1000)


def event(number: int, **fields: object) -> Event:
    return {"id": number, "created_at": NOW_MS, **fields}


def limit(pipeline: Pipeline, topic: str, size: int) -> None:
    """Set the largest batch that a topic takes, bytes."""
    admin = KafkaAdminClient(bootstrap_servers=pipeline.servers.bootstrap_servers)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": str(size)})])
    admin.close()


def write_packed(pipeline: Pipeline, codec: str, *values: bytes, **record: object) -> None:
    """Write records as one packed batch."""
    producer = KafkaProducer(
        bootstrap_servers=pipeline.servers.bootstrap_servers,
        compression_type=codec,
        max_request_size=2**31 - 1,
        batch_size=2**31 - 1,
        linger_ms=500,
        request_timeout_ms=120_000,
        delivery_timeout_ms=180_000,
    )
    sent = [producer.send(pipeline.name, value, partition=0, **record) for value in values]
    for future in sent:
        future.get(timeout=LONG_S)
    producer.close()


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_a_record_that_unpacks_to_150_mb_is_a_dead_letter_that_says_where_it_is(pipeline: Pipeline, codec: str) -> None:
    limit(pipeline, pipeline.name, 16_777_216)
    indexer = pipeline.start_indexer()
    write_packed(pipeline, codec, HUGE, key=b"key", headers=[("h", b"x")])
    pipeline.send(*[event(number) for number in range(1, 101)], partition=0)
    wait_until(lambda: pipeline.count() == 100)
    wait_until(lambda: pipeline.lag() == 0)

    (letter,) = pipeline.dead_letters()
    said = {name.removeprefix("gateway-logs."): value.decode() for name, value in letter.headers[1:]}

    assert (letter.key, letter.headers[0], letter.value) == (b"key", ("h", b"x"), b"")
    assert said["reason"].startswith("the record is too large: it unpacks to 1500000")
    assert said["reason"].endswith(" bytes, and the limit is 16777216 (INDEXER_MAX_RECORD_BYTES)")
    assert said["value"] == f"left out: the record is at {pipeline.name}/0/0"
    assert indexer.highest_rss_mb() < MOST_MB
    assert indexer.stop() == 0


def test_after_a_restart_in_front_of_it_the_record_is_passed_over_again(pipeline: Pipeline) -> None:
    write_packed(pipeline, "gzip", *[b'{"id":1,"created_at":%d}' % NOW_MS, HUGE, b'{"id":2,"created_at":%d}' % NOW_MS])
    for _ in range(2):
        indexer = pipeline.start_indexer()
        wait_until(lambda: pipeline.count() == 2)
        indexer.kill()
    indexer = pipeline.start_indexer()
    wait_until(lambda: pipeline.lag() == 0, LONG_S)

    assert indexer.highest_rss_mb() < MOST_MB
    assert {letter.value for letter in pipeline.dead_letters()} == {b""}


def test_a_batch_of_good_records_that_unpacks_to_more_than_memory_is_read_in_portions(pipeline: Pipeline) -> None:
    body = "word " * 100_000  # so that all of them are 300 MB
    values = [
        b'{"id":%d,"created_at":%d,"request_detail":{"request_body":"%b"}}' % (number, NOW_MS, body.encode())
        for number in range(1, 601)
    ]
    limit(pipeline, pipeline.name, 16_777_216)
    write_packed(pipeline, "zstd", *values)
    indexer = pipeline.start_indexer()
    wait_until(lambda: pipeline.lag() == 0, LONG_S)

    assert pipeline.count() == 600
    assert indexer.highest_rss_mb() < MOST_MB


def test_events_with_too_many_names_are_dead_letters_and_hold_nothing_up(pipeline: Pipeline) -> None:
    limit(pipeline, pipeline.name, 16_777_216)
    limit(pipeline, f"{pipeline.name}.dead", 16_777_216)
    dotted = b",".join(b'"a.%d":1' % number for number in range(1_000_000))
    metadata = b",".join(b'"k%d":"v"' % number for number in range(450_000))
    indexer = pipeline.start_indexer()
    write_packed(pipeline, "gzip", b'{"created_at":%d,%b}' % (NOW_MS, dotted))
    write_packed(pipeline, "gzip", b'{"created_at":%d,"metadata":{%b}}' % (NOW_MS, metadata))
    pipeline.send(event(1, metadata={f"k{number}": "v" for number in range(10_001)}), partition=0)
    pipeline.send(*[event(number) for number in range(1, 101)], partition=0)
    wait_until(lambda: pipeline.count() == 100)
    wait_until(lambda: pipeline.lag() == 0)

    reasons = sorted(dict(letter.headers)["gateway-logs.reason"] for letter in pipeline.dead_letters())

    assert reasons == [
        b"not usable: metadata has more than 10000 keys",
        *[b"not usable: the event has more than 100000 names in its objects"] * 2,
    ]
    assert indexer.highest_rss_mb() < MOST_MB


def test_what_the_dead_letter_topic_does_not_take_is_left_out_and_redrive_reads_it_from_its_place(
    pipeline: Pipeline,
) -> None:
    limit(pipeline, f"{pipeline.name}.dead", 5_000)
    noise = "".join(f"{number * 7919 % 99_991:x}" for number in range(20_000))
    old = {"id": 1, "created_at": NOW_MS - 5 * 86_400_000, "content": noise}
    indexer = pipeline.start_indexer(RETENTION_DAYS="2")
    pipeline.send(old, headers=[("h", b"x")], key=b"k", partition=1)
    pipeline.send(b"bad", key=noise.encode(), headers=[("h", noise.encode())], partition=1)
    wait_until(lambda: pipeline.lag() == 0)
    assert indexer.stop() == 0

    first, second = sorted(pipeline.dead_letters(), key=lambda letter: not letter.key)
    told = pipeline.run("redrive", "--reason", "outside the accepted window")
    indexer = pipeline.start_indexer()
    wait_until(lambda: pipeline.lag() == 0)

    assert (first.key, first.headers[0], first.value) == (b"k", ("h", b"x"), b"")
    assert dict(first.headers)["gateway-logs.value"] == b"left out: the record is at %b/1/0" % pipeline.name.encode()
    assert (second.key, second.value) == (None, b"")
    assert dict(second.headers)["gateway-logs.value"] == (
        b"left out, with its key and its headers: the record is at %b/1/1" % pipeline.name.encode()
    )
    assert '"sent": 1' in told
    assert [log["content"] for log in pipeline.sources()] == [noise]


class SmallNode(Node):
    """A node with a limit on what it takes."""

    limited = ""  # the setting

    def _configuration(self) -> dict[str, str | int | bool | list[str]]:
        return {**super()._configuration(), self.limited: "3mb"}


@pytest.fixture(params=["http.max_content_length", "indexing_pressure.memory.max_operation_size"])
def small(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> Iterator[Pipeline]:
    """A pipeline into a node that takes no log of more than 3 MB."""
    node = SmallNode(Address("127.0.0.1", free_port()), tmp_path / "node", install(no_progress), "512m")
    node.limited = request.param
    node.start()
    with pipeline_on(Servers(node.url, servers.bootstrap_servers)) as pipeline:
        yield pipeline
    node.stop()


def test_a_log_that_elasticsearch_refuses_for_its_size_is_a_dead_letter(small: Pipeline) -> None:
    noise = random.Random(1).randbytes(2_000_000).hex()
    small.start_indexer()
    small.send(*[{"id": number, "created_at": NOW_MS} for number in range(1, 6)], partition=0)
    large = b'{"id":7,"created_at":%d,"x":"%b"}' % (NOW_MS, noise.encode())
    limit(small, small.name, 16_777_216)
    write_packed(small, "gzip", large)
    small.send(*[{"id": number, "created_at": NOW_MS} for number in range(11, 16)], partition=0)
    wait_until(lambda: small.lag() == 0, LONG_S)

    (letter,) = small.dead_letters()

    assert dict(letter.headers)["gateway-logs.reason"].startswith(b"Elasticsearch refused the ")
    assert letter.value == large
    assert small.count() == 10
