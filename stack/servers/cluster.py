"""Elasticsearch nodes and a Kafka broker together, for commands, benchmarks and tests."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from stack.errors import CommandError
from stack.network.address import Address, free_port
from stack.progress import Progress, no_progress
from stack.servers.broker import Broker
from stack.servers.installation import Installation, install
from stack.servers.jars import ELASTICSEARCH_VERSION
from stack.servers.node import Node
from stack.servers.server import Server

LOOPBACK = "127.0.0.1"
MEMINFO = Path("/proc/meminfo")
OUTSIDE_HEAP_BYTES = 768 * 1024 * 1024  # memory of Elasticsearch and Kafka besides the Elasticsearch heap
HEAP_UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}


class Stack:
    """Elasticsearch and Kafka on loopback, with all their data in one directory.

    `with Stack(directory) as stack:` starts them, on free ports unless ports are given, and stops them at the
    end. Clients connect to `stack.elasticsearch.url` and `stack.kafka.bootstrap`. `stack.nodes` has all the
    Elasticsearch nodes. Each server has `kill()` (SIGKILL), `stop()` and `start()` (same port, same data).
    Raises CommandError when a server cannot start.
    """

    def __init__(  # noqa: PLR0913  # all but one are keywords with defaults
        self,
        directory: Path,
        *,
        elasticsearch_port: int = 0,
        kafka_port: int = 0,
        heap: str = "1g",
        nodes: int = 1,
        version: str = ELASTICSEARCH_VERSION,
        progress: Progress = no_progress,
    ) -> None:
        installation = install(progress, version)
        ports = [elasticsearch_port or free_port(), *(free_port() for _ in range(nodes - 1))]
        self.nodes = clustered_nodes([Address(LOOPBACK, port) for port in ports], directory, installation, heap)
        self.kafka = Broker(Address(LOOPBACK, kafka_port or free_port()), directory / "kafka", installation)
        self._heap = heap
        self._progress = progress

    @property
    def elasticsearch(self) -> Node:
        """The first node, or the only one."""
        return self.nodes[0]

    def __enter__(self) -> Self:
        """Start the servers; when one of them fails, stop the others."""
        try:
            check_memory(self._heap, len(self.nodes))
            start_servers([*self.nodes, self.kafka], self._progress)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the servers."""
        self.stop()

    def stop(self) -> None:
        """Stop Kafka, then Elasticsearch."""
        stop_servers([*self.nodes, self.kafka], self._progress)


def clustered_nodes(addresses: Sequence[Address], directory: Path, installation: Installation, heap: str) -> list[Node]:
    """Return a node for each address; together they form a cluster."""
    nodes = [
        Node(address, directory / f"elasticsearch-{number}", installation, heap)
        for number, address in enumerate(addresses, start=1)
    ]
    for node in nodes:
        node.join(nodes)
    return nodes


def start_servers(servers: Sequence[Server], progress: Progress) -> None:
    """Start the servers at the same time and return when all of them are ready."""
    for server in servers:
        progress(f"starting {server.name} on {server.address} (log: {server.log})")
        server.launch()
    for server in servers:
        server.wait_until_ready()
        progress(f"{server.name} answers on {server.address}")


def stop_servers(servers: Sequence[Server], progress: Progress) -> None:
    """Stop the servers, the last started first."""
    for server in reversed(servers):
        if server.is_running():
            progress(f"stopping {server.name}")
        server.stop()


def check_memory(heap: str, nodes: int) -> None:
    """Raise CommandError when the heap is not a size, or when the machine does not have that much free memory."""
    match = re.fullmatch(r"(\d+)([kmg])", heap.lower())
    if not match:
        raise CommandError(f"STACK_ES_HEAP={heap} is not a size: write it as Java does, for example 1g or 512m.")
    needed = nodes * int(match[1]) * HEAP_UNITS[match[2]] + OUTSIDE_HEAP_BYTES
    available = _available_bytes()
    if available is not None and needed > available:
        raise CommandError(
            f"Elasticsearch ({nodes} nodes, heap {heap} each) and Kafka need {needed >> 20} MB of free memory, this "
            f"machine has {available >> 20} MB: stop other programs, or set STACK_ES_HEAP to less."
        )


def _available_bytes() -> int | None:
    if not MEMINFO.exists():
        return None
    match = re.search(r"MemAvailable:\s+(\d+) kB", MEMINFO.read_text())
    return int(match[1]) * 1024 if match else None
