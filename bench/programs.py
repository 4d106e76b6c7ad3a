"""The project's two programs, with their default settings, on the servers that are measured."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import uuid4

from bench.ingest.topic import dead_letter_topic
from bench.program import Program
from bench.servers import Servers
from indexer.event.document import Place
from stack.network.address import Address, free_port

PROBE_S = 10
ASSIGNED = "partitions assigned"  # what the indexer logs when it may begin


class Job(NamedTuple):
    """What one indexer is to do."""

    topic: str
    place: Place


@contextmanager
def running_indexer(servers: Servers, job: Job) -> Iterator[Program]:
    """Run `python -m indexer` as a new consumer group: it begins with the first event of the topic."""
    environment = {
        "ELASTICSEARCH_URL": servers.elasticsearch_url,
        "KAFKA_BOOTSTRAP_SERVERS": servers.bootstrap_servers,
        "KAFKA_TOPIC": job.topic,
        "KAFKA_GROUP_ID": f"{job.topic}-{uuid4().hex[:8]}",
        "KAFKA_DEAD_LETTER_TOPIC": dead_letter_topic(job.topic),
        "INDEX_ALIAS": job.place.alias,
        "INDEX_PERIOD": job.place.period,
        "INDEXER_METRICS_PORT": "0",
    }
    with Program("indexer", servers.directory / "indexer.log", environment) as indexer:
        yield indexer


@contextmanager
def running_api(servers: Servers, alias: str, elasticsearch_url: str) -> Iterator[str]:
    """Run `python -m api` on an alias and give its URL when it is ready."""
    with api_program(servers, alias, elasticsearch_url) as (url, _):
        yield url


@contextmanager
def api_program(servers: Servers, alias: str, elasticsearch_url: str) -> Iterator[tuple[str, Program]]:
    """Run `python -m api` on an alias and give its URL and the program when it is ready."""
    address = Address("127.0.0.1", free_port())
    environment = {
        "ELASTICSEARCH_URL": elasticsearch_url,
        "INDEX_ALIAS": alias,
        "API_HOST": address.host,
        "API_PORT": str(address.port),
        "API_ADMIN_KEYS": "",
        "API_GROUP_KEYS_FILE": "",
    }
    with Program("api", servers.directory / "api.log", environment) as api:
        api.wait(lambda: _is_ready(address))
        yield f"http://{address}", api


def wait_for_assignment(indexer: Program) -> None:
    """Return when the indexer has its partitions."""
    indexer.wait(lambda: indexer.has_logged(ASSIGNED))


def _is_ready(address: Address) -> bool:
    connection = http.client.HTTPConnection(*address, timeout=PROBE_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
