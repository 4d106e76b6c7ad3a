"""A log that Elasticsearch refuses for its size is a dead letter, and the logs around it are stored."""

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
from tests.support.pipeline import Pipeline, pipeline_on
from tests.support.servers import Servers
from tests.support.waiting import LONG_S, wait_until

LIMIT = "3mb"


class SmallNode(Node):
    """A node with a limit on what it takes."""

    limit = ""

    def _configuration(self) -> dict[str, str | int | bool | list[str]]:
        return {**super()._configuration(), self.limit: LIMIT}


@pytest.fixture(params=["http.max_content_length", "indexing_pressure.memory.max_operation_size"])
def small(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> Iterator[Pipeline]:
    """A pipeline into a node that takes no log of more than 3 MB."""
    node = SmallNode(Address("127.0.0.1", free_port()), tmp_path / "node", install(no_progress), "512m")
    node.limit = request.param
    node.start()
    with pipeline_on(Servers(node.url, servers.bootstrap_servers)) as pipeline:
        yield pipeline
    node.stop()


def write_large(pipeline: Pipeline, value: bytes) -> None:
    admin = KafkaAdminClient(bootstrap_servers=pipeline.servers.bootstrap_servers)
    largest = {"max.message.bytes": "16777216"}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, pipeline.name, largest)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=pipeline.servers.bootstrap_servers, max_request_size=16_777_216)
    producer.send(pipeline.name, value, partition=0).get(timeout=LONG_S)
    producer.close()


def test_a_log_that_elasticsearch_refuses_for_its_size_is_a_dead_letter(small: Pipeline) -> None:
    now_ms = int(time.time() * 1000)
    noise = random.Random(1).randbytes(2_000_000).hex()
    small.start_indexer()
    small.send(*[{"id": number, "created_at": now_ms} for number in range(1, 6)], partition=0)
    large = b'{"id":7,"created_at":%d,"x":"%b"}' % (now_ms, noise.encode())
    write_large(small, large)
    small.send(*[{"id": number, "created_at": now_ms} for number in range(11, 16)], partition=0)
    wait_until(lambda: small.lag() == 0, LONG_S)

    (letter,) = small.dead_letters()

    assert dict(letter.headers)["gateway-logs.reason"].startswith(b"Elasticsearch refused the ")
    assert letter.value == large
    assert small.count() == 10
