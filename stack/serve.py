"""`python -m stack`: the servers in the foreground, those that answer already left as they are."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stack.servers.address import Address, elasticsearch_answers, is_open, kafka_answers, parse_address
from stack.servers.broker import Broker
from stack.servers.cluster import check_memory, cluster, start, stop
from stack.servers.installation import install
from stack.servers.node import Node
from stack.servers.server import Server
from stack.settings import Settings

Progress = Callable[[str], None]
CHECK_SECONDS = 0.5


def serve(settings: Settings, progress: Progress) -> None:
    """Run the servers until a signal ends them; StackError when one of them ends by itself."""
    with servers(settings, progress) as running:
        progress(f"ready: Elasticsearch {settings.elasticsearch_url}, Kafka {settings.kafka_bootstrap_servers}")
        while running:
            for server in running:
                server.check()
            time.sleep(CHECK_SECONDS)


@contextmanager
def servers(settings: Settings, progress: Progress) -> Iterator[list[Server]]:
    """Start the servers that do not answer yet, give them, and end them at the end."""
    missing = [*_missing_nodes(settings, progress), *_missing_broker(settings, progress)]
    try:
        start(missing, progress)
        yield missing
    finally:
        stop(missing, progress)


def _missing_nodes(settings: Settings, progress: Progress) -> list[Node]:
    """Give a node for every Elasticsearch address, or none where one of them answers."""
    urls = settings.elasticsearch_urls()
    for url in urls:
        if elasticsearch_answers(url, settings.elasticsearch_ca_certs):
            progress(f"Elasticsearch answers at {url}: used as it is")
            return []
    addresses = [parse_address(url, 9200) for url in urls]
    for address in addresses:
        Node.refuse_unless_loopback(address)
    check_memory(settings.stack_es_heap, len(addresses))
    return cluster(addresses, settings.stack_dir, install(progress), settings.stack_es_heap)


def _missing_broker(settings: Settings, progress: Progress) -> list[Broker]:
    """Give a broker, or none where one of the addresses answers."""
    addresses = [parse_address(text, 9092) for text in settings.kafka_bootstrap_servers.split(",")]
    for address in addresses:
        if _kafka_is_there(address):
            progress(f"Kafka answers at {address}: used as it is")
            return []
    Broker.refuse_unless_loopback(addresses[0])
    return [Broker(addresses[0], settings.stack_dir / "kafka", install(progress))]


def _kafka_is_there(address: Address) -> bool:
    """Whether a broker answers; elsewhere an open port must do, it may ask for TLS or a password first."""
    return kafka_answers(address) if address.is_loopback else is_open(address)
