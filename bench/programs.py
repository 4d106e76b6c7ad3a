"""The indexer and the API as child processes, with default settings, on the servers that are measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import NamedTuple
from uuid import uuid4

from bench.data.topic import dead_letter_topic
from bench.servers import MeasuredServers
from indexer.event.document import IndexTarget
from stack.network.address import Address, free_port, parse_address
from stack.network.connection import Connection
from stack.processes.child import Child, python_command

READY_TIMEOUT_S = 60
READY_POLL_S = 0.01  # the time until the indexer is ready is measured
READY_REQUEST_TIMEOUT_S = 10
SEARCH_TIMEOUT_S = 120
ASSIGNED = "partitions assigned"  # what the indexer logs when it can start to consume


class IndexerJob(NamedTuple):
    """What an indexer reads and where it writes."""

    topic: str
    target: IndexTarget


@contextmanager
def running_indexer(servers: MeasuredServers, job: IndexerJob) -> Iterator[Child]:
    """Run `python -m indexer` in a new consumer group, so that it starts with the first event of the topic."""
    environment = {
        "ELASTICSEARCH_URL": servers.elasticsearch_url,
        "KAFKA_BOOTSTRAP_SERVERS": servers.bootstrap_servers,
        "KAFKA_TOPIC": job.topic,
        "KAFKA_GROUP_ID": f"{job.topic}-{uuid4().hex[:8]}",
        "KAFKA_DEAD_LETTER_TOPIC": dead_letter_topic(job.topic),
        "INDEX_ALIAS": job.target.alias,
        "INDEX_PERIOD": job.target.period,
        "INDEXER_METRICS_PORT": "0",
    }
    with Child("indexer", python_command("indexer"), servers.log_directory / "indexer.log", environment) as indexer:
        yield indexer


def wait_for_assignment(indexer: Child) -> None:
    """Return when the indexer has been assigned its partitions."""
    indexer.wait_until(lambda: indexer.has_logged(ASSIGNED), READY_TIMEOUT_S, READY_POLL_S)


@contextmanager
def running_api(
    servers: MeasuredServers, alias: str, elasticsearch_url: str | None = None
) -> Iterator[tuple[str, Child]]:
    """Run `python -m api` on an alias; yield its URL and its process when it is ready.

    `elasticsearch_url` replaces that of the servers, for example by a proxy's.
    """
    address = Address("127.0.0.1", free_port())
    environment = {
        "ELASTICSEARCH_URL": elasticsearch_url or servers.elasticsearch_url,
        "INDEX_ALIAS": alias,
        "API_HOST": address.host,
        "API_PORT": str(address.port),
        "API_ADMIN_KEYS": "",
        "API_GROUP_KEYS_FILE": "",
    }
    with Child("api", python_command("api"), servers.log_directory / "api.log", environment) as api:
        api.wait_until(lambda: _is_ready(address), READY_TIMEOUT_S, READY_POLL_S)
        yield f"http://{address}", api


def search_connection(url: str) -> Connection:
    """Return a connection for searches, to the API or to Elasticsearch."""
    return Connection(parse_address(url, 80), SEARCH_TIMEOUT_S)


def _is_ready(address: Address) -> bool:
    try:
        with Connection(address, READY_REQUEST_TIMEOUT_S) as connection:
            return connection.request("GET", "/readyz").status == HTTPStatus.OK
    except OSError:
        return False
