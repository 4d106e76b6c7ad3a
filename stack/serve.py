"""`python -m stack`: Elasticsearch and Kafka in the foreground. Servers that already answer are used as they are."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from stack.network.address import Address, parse_address
from stack.network.probes import elasticsearch_answers, is_open, kafka_answers, refuse_unsupported
from stack.progress import Progress
from stack.servers.broker import Broker
from stack.servers.cluster import check_memory, clustered_nodes, start_servers, stop_servers
from stack.servers.installation import Installation, install
from stack.servers.jars import ELASTICSEARCH_VERSIONS
from stack.servers.node import Node
from stack.servers.server import Server
from stack.settings import StackSettings

CHECK_INTERVAL_S = 0.5


def serve(settings: StackSettings, progress: Progress) -> None:
    """Run the missing servers until a signal ends this process; raise CommandError when one of them ends."""
    with missing_servers(settings, progress) as started:
        progress(f"ready: Elasticsearch {settings.elasticsearch_url}, Kafka {settings.kafka_bootstrap_servers}")
        while started:
            for server in started:
                server.check()
            time.sleep(CHECK_INTERVAL_S)


@contextmanager
def missing_servers(settings: StackSettings, progress: Progress) -> Iterator[list[Server]]:
    """Start the servers that do not answer yet, yield them once they do, and stop them at the end."""
    missing = [*_missing_nodes(settings, progress), *_missing_broker(settings, progress)]
    try:
        start_servers(missing, progress)
        yield missing
    finally:
        stop_servers(missing, progress)


def _missing_nodes(settings: StackSettings, progress: Progress) -> list[Node]:
    """Return a node for each Elasticsearch URL, or none when one of the URLs answers."""
    urls = settings.elasticsearch_urls()
    for url in urls:
        refuse_unsupported(url, settings.elasticsearch_ca_certs)
        if elasticsearch_answers(url, settings.elasticsearch_ca_certs):
            progress(f"Elasticsearch answers at {url}: used as it is")
            return []
    addresses = [parse_address(url, 9200) for url in urls]
    for address in addresses:
        Node.refuse_unless_loopback(address)
    check_memory(settings.stack_es_heap, len(addresses))
    installation = _installation(settings, progress)
    return clustered_nodes(addresses, settings.stack_dir, installation, settings.stack_es_heap)


def _missing_broker(settings: StackSettings, progress: Progress) -> list[Broker]:
    """Return a broker for the first bootstrap server, or none when one of them answers."""
    addresses = [parse_address(text, 9092) for text in settings.kafka_bootstrap_servers.split(",")]
    for address in addresses:
        if _kafka_is_running(address):
            progress(f"Kafka answers at {address}: used as it is")
            return []
    Broker.refuse_unless_loopback(addresses[0])
    return [Broker(addresses[0], settings.stack_dir / "kafka", _installation(settings, progress))]


def _installation(settings: StackSettings, progress: Progress) -> Installation:
    return install(progress, ELASTICSEARCH_VERSIONS[settings.stack_es_version])


def _kafka_is_running(address: Address) -> bool:
    """Return whether a broker answers. On other machines an open port is enough: the broker may require TLS."""
    return kafka_answers(address) if address.is_loopback else is_open(address)
