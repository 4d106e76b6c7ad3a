"""The servers of the tests as containers: the versions and the settings of `stack`, without any login."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from testcontainers.core.container import DockerContainer

from stack.network.address import Address
from stack.network.probes import elasticsearch_answers, kafka_answers
from stack.servers.broker import BROKER_HEAP, BROKER_SETTINGS
from stack.servers.jars import ELASTICSEARCH_VERSION, KAFKA_VERSION
from stack.servers.node import FULL_DISK_SETTINGS, NODE_SETTINGS
from tests.support.waiting import LONG_S, wait_until

CLIENT_PORT = 9092
# Kafka has to know the address that its clients use, and the engine chooses the port when it starts the container.
START_WHEN_ADDRESSED = (
    "until [ -s /tmp/listeners ]; do sleep 0.1; done; "
    'KAFKA_ADVERTISED_LISTENERS="$(cat /tmp/listeners)" exec /etc/kafka/docker/run'
)


def elasticsearch_environment(heap: str) -> dict[str, str]:
    """Return the environment of a single node in a container."""
    settings = {**NODE_SETTINGS, **FULL_DISK_SETTINGS, "discovery.type": "single-node", "xpack.security.enabled": False}
    options = {"ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap}"}
    return {name: _text(value) for name, value in settings.items()} | options


def kafka_environment(settings: Mapping[str, str | int]) -> dict[str, str]:
    """Return settings of a broker as the image takes them: `a.b` is KAFKA_A_B."""
    return {f"KAFKA_{name.upper().replace('.', '_')}": str(value) for name, value in settings.items()}


@contextmanager
def running_elasticsearch(heap: str) -> Iterator[str]:
    """Run Elasticsearch; give its URL when it answers."""
    node = DockerContainer(f"elasticsearch:{ELASTICSEARCH_VERSION}", env=elasticsearch_environment(heap), ports=[9200])
    with node:
        url = f"http://{node.get_container_host_ip()}:{node.get_exposed_port(9200)}"
        wait_until(lambda: elasticsearch_answers(url), LONG_S)
        yield url


@contextmanager
def running_kafka() -> Iterator[str]:
    """Run Kafka; give its bootstrap server when it answers."""
    addresses: dict[str, str | int] = {
        "node.id": 1,
        "process.roles": "broker,controller",
        "controller.quorum.voters": "1@localhost:9093",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://:{CLIENT_PORT},CONTROLLER://:9093",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "heap.opts": f"-Xmx{BROKER_HEAP}",
    }
    broker = DockerContainer(
        f"apache/kafka:{KAFKA_VERSION}",
        command=["bash", "-c", START_WHEN_ADDRESSED],  # type: ignore[arg-type]  # it takes both, as with_command does
        env=kafka_environment({**BROKER_SETTINGS, **addresses}),
        ports=[CLIENT_PORT],
    )
    with broker:
        address = Address(broker.get_container_host_ip(), broker.get_exposed_port(CLIENT_PORT))
        broker.exec(["bash", "-c", f"echo PLAINTEXT://{address} > /tmp/listeners"])
        wait_until(lambda: kafka_answers(address), LONG_S)
        yield str(address)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
