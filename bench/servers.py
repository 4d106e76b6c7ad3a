"""The servers to measure on: those of the settings, or a stack started on free ports."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.settings import BenchSettings
from stack.progress import Progress
from stack.servers.cluster import Stack
from stack.servers.jars import KAFKA_VERSION


class MeasuredServers(NamedTuple):
    """Addresses and properties of the servers, and a directory for logs."""

    elasticsearch_url: str
    bootstrap_servers: str
    log_directory: Path
    heap: str  # of Elasticsearch, as Java writes sizes
    kafka_version: str


@contextmanager
def measured_servers(settings: BenchSettings, heap: str, progress: Progress) -> Iterator[MeasuredServers]:
    """Yield the servers. Those that this function starts are stopped at the end, and their files deleted."""
    with TemporaryDirectory(prefix="gateway-logs-bench-") as name:
        directory = Path(name)
        if settings.elasticsearch_url and settings.kafka_bootstrap_servers:
            urls = settings.elasticsearch_url.rstrip("/"), settings.kafka_bootstrap_servers
            yield MeasuredServers(*urls, directory, "unknown", "of unknown version")
            return
        with Stack(directory, heap=heap, progress=progress) as stack:
            yield MeasuredServers(stack.elasticsearch.url, stack.kafka.bootstrap, directory, heap, KAFKA_VERSION)
