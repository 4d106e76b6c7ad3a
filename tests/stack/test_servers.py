"""The servers as tests use them: start, kill, stop, start again with the same data."""

import sys
from pathlib import Path
from uuid import UUID

import pytest
from elasticsearch import Elasticsearch

from stack.errors import CommandError
from stack.feed import FeedOptions, feed
from stack.network.address import Address, free_port
from stack.network.probes import kafka_answers
from stack.progress import no_progress
from stack.servers.broker import Broker
from stack.servers.cluster import Stack, check_memory
from stack.servers.installation import install
from stack.settings import StackSettings
from tests.support.pipeline import read_topic
from tests.support.servers import Servers


@pytest.mark.parametrize(
    ("heap", "says"),
    [("9999g", "MB of free memory"), ("much", "STACK_ES_HEAP=much is not a size"), ("1", "is not a size")],
)
def test_an_impossible_heap_is_refused_before_anything_starts(heap: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        check_memory(heap, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the kernel's table of sockets")
def test_the_servers_listen_on_loopback_only(stack: Stack) -> None:
    ports = {f"{server.address.port:04X}" for server in (stack.elasticsearch, stack.kafka)}
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    sockets = [line.split()[1:4] for table in tables for line in table]
    listening = [local.partition(":") for local, _, state in sockets if state == "0A"]

    assert [host[-8:] for host, _, port in listening if port in ports] == ["0100007F", "0100007F"]


def test_a_killed_node_starts_again_on_the_same_port_with_its_data(stack: Stack) -> None:
    with Elasticsearch(stack.elasticsearch.url, request_timeout=60) as client:
        client.index(index="kept", id="1", document={"a": 1})
        stack.elasticsearch.kill()
        assert not stack.elasticsearch.is_running()
        stack.elasticsearch.start()
        client.cluster.health(index="kept", wait_for_status="yellow")

        assert client.get(index="kept", id="1")["_source"] == {"a": 1}


def test_a_stopped_broker_starts_again_on_the_same_port_with_its_data(stack: Stack) -> None:
    settings = StackSettings(kafka_bootstrap_servers=stack.kafka.bootstrap, kafka_topic="kept")
    feed(settings, FeedOptions(3, rate=None, seed=1), no_progress)
    stack.kafka.stop()
    assert not kafka_answers(stack.kafka.address)
    stack.kafka.start()

    assert len(read_topic(Servers(stack.elasticsearch.url, stack.kafka.bootstrap), "kept")) == 3


def test_three_nodes_form_one_cluster_that_survives_the_loss_of_one(tmp_path: Path) -> None:
    with (
        Stack(tmp_path, nodes=3, heap="512m") as stack,
        Elasticsearch(stack.nodes[0].url, request_timeout=60) as client,
    ):
        assert client.cluster.health()["number_of_nodes"] == 3
        stack.nodes[2].kill()
        assert client.cluster.health(wait_for_nodes="2", timeout="30s")["number_of_nodes"] == 2
        stack.nodes[2].start()

        assert client.cluster.health(wait_for_nodes="3", timeout="30s")["number_of_nodes"] == 3


def test_a_cluster_id_that_starts_with_a_hyphen_is_not_read_as_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uuid.uuid4", lambda: UUID(bytes=b"\xfb" * 16))  # "-_v7…"; one id in 64 starts so
    broker = Broker(Address("127.0.0.1", free_port()), tmp_path, install(no_progress))

    broker.prepare()

    assert "cluster.id=-_v7" in (tmp_path / "data" / "meta.properties").read_text()
