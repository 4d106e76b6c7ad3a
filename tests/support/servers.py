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
from stack.servers.jars import ELASTICSEARCH_VERSIONS

HEAP = "1g"
ENGINE_TIMEOUT_S = 20


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
    elif _engine_answers():
        from tests.support.containers import running_elasticsearch, running_kafka  # noqa: PLC0415  # needs an engine

        with running_elasticsearch(HEAP) as container_url, running_kafka() as container_bootstrap:
            yield Servers(container_url, container_bootstrap)
    else:
        with Stack(directory, heap=HEAP) as stack:
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


def _engine_answers() -> bool:
    """Tell whether there is a Docker engine."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    command = [docker, "version", "--format", "{{.Server.Version}}"]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=ENGINE_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return False
    return answer.returncode == 0
