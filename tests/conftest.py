"""Real servers for the tests, an alias of its own for each, and the real programs on them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from uuid import uuid4

import httpx
import pytest
from elasticsearch import Elasticsearch

from mappings.index import OWN, index_name, template, write_alias
from mappings.instant import instant_ms
from stack.jars import ELASTICSEARCH_VERSION
from stack.servers import Stack

ROOT = Path(__file__).parent.parent
PATIENCE_S = 20  # for a program to start or a state to be reached

Event = dict[str, Any]


class Servers(NamedTuple):
    """Where the servers of this run answer."""

    elasticsearch_url: str
    bootstrap_servers: str


class Logs(NamedTuple):
    """An alias of its own, and a way to put logs behind it as the indexer would."""

    client: Elasticsearch
    alias: str

    def store(self, events: Sequence[Event], own: Event | None = None) -> None:
        """Index events, searchable on return; `own` is what the indexer would add beside the tie-break."""
        lines = [line for event in events for line in self._lines(event, own or {})]
        answer = self.client.bulk(operations=lines, refresh=True)
        assert not answer["errors"], [item for item in answer["items"] if "error" in item["index"]][:1]

    def _lines(self, event: Event, own: Event) -> Iterator[Event]:
        moment = instant_ms(event["created_at"])
        assert moment is not None
        index = index_name(write_alias(self.alias, "day", moment))
        yield {"index": {"_index": index}}
        tie = int.from_bytes(blake2b(json.dumps(event).encode(), digest_size=8).digest(), "big") >> 1
        yield {**event, OWN: {"tie": tie, **own}}


class RunningApi(NamedTuple):
    """The API as a process."""

    url: str
    process: subprocess.Popen[str]

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Return the answer of one GET."""
        return httpx.get(self.url + path, timeout=PATIENCE_S, **options)

    def search(self, **params: Any) -> Any:
        """Return `data` of a search over all logs that succeeds."""
        answer = self.get("/api/logs/search", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def ids(self, **params: Any) -> list[int]:
        """Return the ids that a search over all logs finds, smallest first."""
        return sorted(log["id"] for log in self.search(per_page=100, **params)["logs"])


class StartApi(Protocol):
    """Starts the API on an alias, with further settings."""

    def __call__(self, alias: str, **environment: str) -> RunningApi:
        """Return it when it answers."""


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The servers of this run: those given, else containers, else the project's own stack."""
    url, bootstrap = (os.environ.get(f"TEST_{name}") for name in ("ELASTICSEARCH_URL", "KAFKA_BOOTSTRAP_SERVERS"))
    if url and bootstrap:
        yield Servers(url, bootstrap)
    elif _docker_answers():
        with _containers() as started:
            yield started
    else:
        with Stack(tmp_path_factory.mktemp("stack"), heap="1g") as stack:
            yield Servers(stack.elasticsearch.url, stack.kafka.bootstrap)


@pytest.fixture(scope="session")
def elasticsearch(servers: Servers) -> Iterator[Elasticsearch]:
    """A client of Elasticsearch."""
    with Elasticsearch(servers.elasticsearch_url, request_timeout=60) as client:
        yield client


@pytest.fixture
def logs(elasticsearch: Elasticsearch) -> Iterator[Logs]:
    """An alias of this test alone, with its template; nothing of it stays."""
    with _fresh_logs(elasticsearch) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_logs(elasticsearch: Elasticsearch) -> Iterator[Logs]:
    """An alias that the tests of one file read together."""
    with _fresh_logs(elasticsearch) as fresh:
        yield fresh


@pytest.fixture
def alias(logs: Logs) -> str:
    """The name of this test's alias."""
    return logs.alias


@pytest.fixture
def start_api(servers: Servers) -> Iterator[StartApi]:
    """Starts the API as a process, as often as the test wants; all are ended with it."""
    with ExitStack() as running:

        def start(alias: str, **environment: str) -> RunningApi:
            settings = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": alias, **environment}
            return running.enter_context(running_api(settings))

        yield start


@pytest.fixture
def api(logs: Logs, start_api: StartApi) -> RunningApi:
    """The API on this test's alias."""
    return start_api(logs.alias)


@contextmanager
def running_api(settings: dict[str, str]) -> Iterator[RunningApi]:
    """Run `python -m api` with these settings, on a free port."""
    port = free_port()
    environment = {**os.environ, **settings, "API_PORT": str(port)}
    command = [sys.executable, "-m", "api"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, text=True) as process:
        api = RunningApi(f"http://127.0.0.1:{port}", process)
        try:
            wait_until(lambda: is_answering(f"{api.url}/healthz"))
            yield api
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def is_answering(url: str) -> bool:
    """Tell whether anything answers there."""
    try:
        return httpx.get(url).status_code < 500
    except httpx.TransportError:
        return False


def wait_until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Return when the condition holds; fail the test when it never does."""
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _fresh_logs(client: Elasticsearch) -> Iterator[Logs]:
    name = f"test-{uuid4().hex[:12]}"
    body = template(name)
    client.indices.put_index_template(name=name, body=body)
    try:
        yield Logs(client, name)
    finally:
        found = client.indices.get(index=f"{name}-*", expand_wildcards="all")
        for index in found:
            client.indices.delete(index=index)
        client.indices.delete_index_template(name=name)


def _docker_answers() -> bool:
    """Tell whether there is a Docker engine."""
    docker = shutil.which("docker")
    return docker is not None and not subprocess.run([docker, "info"], capture_output=True, check=False).returncode


@contextmanager
def _containers() -> Iterator[Servers]:
    from testcontainers.elasticsearch import ElasticSearchContainer  # noqa: PLC0415  # needs an engine
    from testcontainers.kafka import KafkaContainer  # noqa: PLC0415

    elasticsearch = ElasticSearchContainer(f"docker.elastic.co/elasticsearch/elasticsearch:{ELASTICSEARCH_VERSION}")
    kafka = KafkaContainer()
    with elasticsearch as node, kafka as broker:
        yield Servers(
            f"http://{node.get_container_host_ip()}:{node.get_exposed_port(9200)}", broker.get_bootstrap_server()
        )
