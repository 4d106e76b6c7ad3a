"""Real servers for the tests: those given, else containers, else the servers of `stack`."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from stack.network.address import Address, free_port
from stack.progress import no_progress
from stack.servers.cluster import LOOPBACK, Stack, clustered_nodes
from stack.servers.installation import install
from stack.servers.jars import ELASTICSEARCH_VERSION, ELASTICSEARCH_VERSIONS


class Servers(NamedTuple):
    """Where the servers of this run answer."""

    elasticsearch_url: str
    bootstrap_servers: str


@contextmanager
def running_servers(directory: Path) -> Iterator[Servers]:
    """Give the servers of this run; those that were started here end with it."""
    url, bootstrap = (os.environ.get(f"TEST_{name}") for name in ("ELASTICSEARCH_URL", "KAFKA_BOOTSTRAP_SERVERS"))
    if url and bootstrap:
        yield Servers(url, bootstrap)
    elif _docker_answers():
        with _containers() as started:
            yield started
    else:
        with Stack(directory, heap="1g") as stack:
            yield Servers(stack.elasticsearch.url, stack.kafka.bootstrap)


@contextmanager
def elasticsearch_8(directory: Path) -> Iterator[str]:
    """Give the URL of a node of the older version that is supported."""
    installation = install(no_progress, ELASTICSEARCH_VERSIONS["8"])
    [node] = clustered_nodes([Address(LOOPBACK, free_port())], directory, installation, "512m")
    node.start()
    try:
        yield node.url
    finally:
        node.stop()


def _docker_answers() -> bool:
    """Tell whether there is a Docker engine."""
    docker = shutil.which("docker")
    return docker is not None and not subprocess.run([docker, "info"], capture_output=True, check=False).returncode


@contextmanager
def _containers() -> Iterator[Servers]:
    from testcontainers.elasticsearch import ElasticSearchContainer  # noqa: PLC0415  # needs an engine
    from testcontainers.kafka import KafkaContainer  # noqa: PLC0415

    elasticsearch = ElasticSearchContainer(f"elasticsearch:{ELASTICSEARCH_VERSION}")
    kafka = KafkaContainer()
    with elasticsearch as node, kafka as broker:
        yield Servers(
            f"http://{node.get_container_host_ip()}:{node.get_exposed_port(9200)}", broker.get_bootstrap_server()
        )
