"""Elasticsearch and Kafka together: the interface for tests and benchmarks, and for the command line."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from stack.errors import StackError
from stack.servers.address import Address, free_port
from stack.servers.broker import Broker
from stack.servers.installation import Installation, install
from stack.servers.node import Node
from stack.servers.server import Server

LOOPBACK = "127.0.0.1"
MEMINFO = Path("/proc/meminfo")
OUTSIDE_HEAP_BYTES = 768 * 1024 * 1024  # what Elasticsearch and Kafka take beside the Elasticsearch heap
UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}


def silent(_: str) -> None:
    """Say nothing: the progress of tests."""


class Stack:
    """Real servers on loopback, with all their data in one directory.

    `with Stack(directory) as stack:` starts them on free ports and ends them in order. The addresses are
    `stack.elasticsearch.url` and `stack.kafka.bootstrap`; `stack.nodes` are all the Elasticsearch nodes. Each
    server has `kill()` (SIGKILL), `stop()` and `start()` (same port, same data). Raises StackError.
    """

    def __init__(  # noqa: PLR0913  # keywords with defaults, not a mode among them
        self,
        directory: Path,
        *,
        elasticsearch_port: int = 0,
        kafka_port: int = 0,
        heap: str = "1g",
        nodes: int = 1,
        progress: Callable[[str], None] = silent,
    ) -> None:
        installation = install(progress)
        ports = [elasticsearch_port or free_port(), *(free_port() for _ in range(nodes - 1))]
        self.nodes = cluster([Address(LOOPBACK, port) for port in ports], directory, installation, heap)
        self.kafka = Broker(Address(LOOPBACK, kafka_port or free_port()), directory / "kafka", installation)
        self._heap = heap
        self._progress = progress

    @property
    def elasticsearch(self) -> Node:
        """The first node, or the only one."""
        return self.nodes[0]

    def __enter__(self) -> Self:
        """Start everything; on failure nothing stays behind."""
        try:
            check_memory(self._heap, len(self.nodes))
            start([*self.nodes, self.kafka], self._progress)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything."""
        self.stop()

    def stop(self) -> None:
        """End Kafka, then Elasticsearch."""
        stop([*self.nodes, self.kafka], self._progress)


def cluster(addresses: Sequence[Address], directory: Path, installation: Installation, heap: str) -> list[Node]:
    """Give one node for each address, joined to one cluster."""
    nodes = [
        Node(address, directory / f"elasticsearch-{number}", installation, heap)
        for number, address in enumerate(addresses, start=1)
    ]
    for node in nodes:
        node.join(nodes)
    return nodes


def start(servers: Sequence[Server], progress: Callable[[str], None]) -> None:
    """Start the servers side by side and return when all of them answer."""
    for server in servers:
        progress(f"starting {server.name} on {server.address} (log: {server.log})")
        server.launch()
    for server in servers:
        server.wait_until_it_answers()
        progress(f"{server.name} answers on {server.address}")


def stop(servers: Sequence[Server], progress: Callable[[str], None]) -> None:
    """End the servers, the last started first."""
    for server in reversed(servers):
        if server.is_running():
            progress(f"ending {server.name}")
        server.stop()


def check_memory(heap: str, nodes: int) -> None:
    """Raise StackError when the heap is no size or the machine has not that much memory left."""
    match = re.fullmatch(r"(\d+)([kmg])", heap.lower())
    if not match:
        raise StackError(f"STACK_ES_HEAP={heap} is no size: write it as Java does, for example 1g or 512m.")
    needed = nodes * int(match[1]) * UNITS[match[2]] + OUTSIDE_HEAP_BYTES
    available = _available_bytes()
    if available is not None and needed > available:
        raise StackError(
            f"Elasticsearch ({nodes} with {heap} of heap each) and Kafka need {needed >> 20} MB of free memory, "
            f"{available >> 20} MB are there: end other programs, or set STACK_ES_HEAP to less."
        )


def _available_bytes() -> int | None:
    if not MEMINFO.exists():
        return None
    match = re.search(r"MemAvailable:\s+(\d+) kB", MEMINFO.read_text())
    return int(match[1]) * 1024 if match else None
