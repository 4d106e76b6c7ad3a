"""The servers that are measured: those that the settings name, else a stack of its own on free ports."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.settings import BenchSettings
from stack.servers.cluster import Stack
from stack.servers.jars import KAFKA_VERSION

Say = Callable[[str], None]


class Servers(NamedTuple):
    """Where they answer, what they are, and a directory for the logs of the programs that run on them."""

    elasticsearch_url: str
    bootstrap_servers: str
    directory: Path
    heap: str  # of Elasticsearch, as Java writes sizes
    kafka_version: str


@contextmanager
def servers(settings: BenchSettings, heap: str, say: Say) -> Iterator[Servers]:
    """Give the servers; those started here are ended, and nothing of them stays."""
    with TemporaryDirectory(prefix="gateway-logs-bench-") as name:
        directory = Path(name)
        if settings.elasticsearch_url and settings.kafka_bootstrap_servers:
            urls = settings.elasticsearch_url.rstrip("/"), settings.kafka_bootstrap_servers
            yield Servers(*urls, directory, "of its own", "as found")
            return
        with Stack(directory, heap=heap, progress=say) as stack:
            yield Servers(stack.elasticsearch.url, stack.kafka.bootstrap, directory, heap, KAFKA_VERSION)
