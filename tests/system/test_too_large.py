"""A log that Elasticsearch refuses for its size is a dead letter, and the logs around it are stored."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.network.address import Address, free_port
from stack.progress import no_progress
from stack.servers.installation import install
from stack.servers.node import Node
from tests.support.pipeline import Pipeline, pipeline_on
from tests.support.servers import Servers
from tests.support.waiting import wait_until


class SmallNode(Node):
    """A node that takes no request of more than 3 MB."""

    def _configuration(self) -> dict[str, str | int | bool | list[str]]:
        return {**super()._configuration(), **self.limits}

    limits: dict[str, str] = {}  # noqa: RUF012  # one for each test


@pytest.fixture(params=["http.max_content_length", "indexing_pressure.memory.max_operation_size"])
def small(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path) -> Iterator[Pipeline]:
    node = SmallNode(Address("127.0.0.1", free_port()), tmp_path / "node", install(no_progress), "512m")
    node.limits = {request.param: "3mb"}
    node.start()
    with pipeline_on(Servers(node.url, servers.bootstrap_servers)) as pipeline:
        yield pipeline
    node.stop()


def test_a_log_that_elasticsearch_refuses_for_its_size_is_a_dead_letter(small: Pipeline) -> None:
    now_ms = int(time.time() * 1000)
    noise = random.Random(1)
    large = {"id": 7, "created_at": now_ms, "x": noise.randbytes(2_000_000).hex()}
    small.start_indexer()
    packed = json.dumps(large).encode()
    small.send(*[{"id": number, "created_at": now_ms} for number in range(1, 6)])
    for producer_record in (packed,):
        small.producer.config["max_request_size"] = 10_000_000
        small.producer.send(small.name, producer_record)
    small.send(*[{"id": number, "created_at": now_ms} for number in range(11, 16)])
    wait_until(lambda: small.lag() == 0)

    (letter,) = small.dead_letters()

    assert dict(letter.headers)["gateway-logs.reason"].startswith(b"Elasticsearch refused the ")
    assert small.count() == 10
