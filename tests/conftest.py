"""Real servers for the tests, an alias of its own for each, and the real programs on them."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from uuid import uuid4

import httpx
import pytest
from elasticsearch import Elasticsearch
from hypothesis import settings
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.consumer.fetcher import ConsumerRecord

from indexer.decode import Window, decode
from mappings.index import BODY, OWN, index_name, template, write_alias
from stack.address import free_port
from stack.jars import ELASTICSEARCH_VERSION
from stack.servers import Stack

pytest_plugins = ("rig",)  # the fixture of the fault tests
# The same examples each time, however slow the machine: who changes nothing sees no other result. `make soak` searches.
settings.register_profile("gate", deadline=None, derandomize=True, database=None)
settings.load_profile("gate")
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

ROOT = Path(__file__).parent.parent
PATIENCE_S = 60  # for a program to start or a state to be reached; a busy machine takes its time

Event = dict[str, Any]


class Servers(NamedTuple):
    """Where the servers of this run answer."""

    elasticsearch_url: str
    bootstrap_servers: str


def tie(event: Event) -> int:
    """Return the number that orders logs which are equal otherwise: 63 bits, unlike any other's."""
    return int.from_bytes(blake2b(repr(event).encode(errors="backslashreplace"), digest_size=8).digest(), "big") >> 1


class Logs(NamedTuple):
    """An alias of its own, and a way to put logs behind it as the indexer would."""

    client: Elasticsearch
    alias: str

    def store(self, events: Sequence[Event], own: Event | None = None) -> None:
        """Index events as the indexer does, searchable on return; `own` joins what it adds to an event."""
        lines = [line for event in events for line in self._lines(event, own or {})]
        answer = self.client.bulk(operations=lines, refresh=True)
        assert not answer["errors"], [item for item in answer["items"] if "error" in item["index"]][:1]

    def _lines(self, event: Event, own: Event) -> Iterator[Event]:
        log = decode(json.dumps(event).encode(), Window(0, 2**60))
        yield {"index": {"_index": index_name(write_alias(self.alias, "day", log.created_ms))}}
        yield {**json.loads(log.value), OWN: {"tie": tie(event), **log.own, **own}}


class RunningApi(NamedTuple):
    """The API as a process."""

    url: str
    process: subprocess.Popen[str]
    client: httpx.Client

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Return the answer of one GET."""
        return self.client.get(path, **options)

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


class RunningIndexer(NamedTuple):
    """One member of the consumer group, as a process."""

    process: subprocess.Popen[str]
    client: httpx.Client

    def metric(self, name: str) -> float:
        """Return the sum of one metric over its labels, by its name without the prefix."""
        lines = self.client.get("/metrics").text.splitlines()
        values = [line.rsplit(" ", 1)[1] for line in lines if re.match(rf"gateway_logs_{name}(\{{|\s)", line)]
        return sum(map(float, values))

    def trouble(self) -> str:
        """Return what /readyz says: "ready", or why not."""
        message: str = self.client.get("/readyz").json()["message"]
        return message

    def is_ready(self) -> bool:
        """Tell whether it is a member of the group and has nothing that waits."""
        return self.trouble() == "ready"

    def highest_rss_mb(self) -> float:
        """Return the most memory it ever had, megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1024

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def stop(self) -> int:
        """End it as an operator does; return its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S + 10)


@dataclass(frozen=True)
class Pipeline:
    """A topic, a consumer group and an alias of one test, and the programs on them."""

    name: str
    servers: Servers
    client: Elasticsearch
    producer: KafkaProducer
    running: ExitStack

    @property
    def environment(self) -> dict[str, str]:
        """Settings of the indexer on this pipeline."""
        return {
            "ELASTICSEARCH_URL": self.servers.elasticsearch_url,
            "KAFKA_BOOTSTRAP_SERVERS": self.servers.bootstrap_servers,
            "KAFKA_TOPIC": self.name,
            "KAFKA_GROUP_ID": self.name,
            "KAFKA_DEAD_LETTER_TOPIC": f"{self.name}.dead",
            "KAFKA_SESSION_TIMEOUT_MS": "6000",
            "INDEX_ALIAS": self.name,
        }

    def send(self, *values: Event | bytes | None, **record: Any) -> None:
        """Write events, or raw values, to the topic, and wait until Kafka has them."""
        sent = [self.producer.send(self.name, _value(value), **record) for value in values]
        for future in sent:
            future.get(timeout=PATIENCE_S)

    def start_indexer(self, **environment: str) -> RunningIndexer:
        """Run `python -m indexer`; returns once its health port answers."""
        return self.running.enter_context(running_indexer({**self.environment, **environment}))

    def count(self, **query: Any) -> int:
        """Return the number of documents behind the alias that match, after a refresh."""
        if not self.client.indices.exists_alias(name=self.name):
            return 0
        self.client.indices.refresh(index=self.name)
        return int(self.client.count(index=self.name, **query)["count"])

    def sources(self) -> list[Event]:
        """Return what is stored, oldest first."""
        self.client.indices.refresh(index=self.name)
        hits = self.client.search(index=self.name, size=1000, sort="created_at:asc")["hits"]["hits"]
        return [hit["_source"] for hit in hits]

    def dead_letters(self) -> list[ConsumerRecord]:
        """Return every record of the dead-letter topic."""
        return read_topic(self.servers, f"{self.name}.dead")

    def lag(self) -> int:
        """Return how many records of the topic are not committed."""
        consumer = KafkaConsumer(bootstrap_servers=self.servers.bootstrap_servers, group_id=self.name)
        try:
            partitions = [TopicPartition(self.name, number) for number in consumer.partitions_for_topic(self.name)]
            ends = consumer.end_offsets(partitions)
            return sum(ends[partition] - (consumer.committed(partition) or 0) for partition in partitions)
        finally:
            consumer.close(autocommit=False)


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


@pytest.fixture(scope="session")
def producer(servers: Servers) -> Iterator[KafkaProducer]:
    """One producer for the whole run."""
    producer = KafkaProducer(bootstrap_servers=servers.bootstrap_servers, compression_type="lz4", linger_ms=5)
    yield producer
    producer.close()


@pytest.fixture
def pipeline(servers: Servers, elasticsearch: Elasticsearch, producer: KafkaProducer) -> Iterator[Pipeline]:
    """A topic of three partitions and an alias, of this test alone; nothing of it stays."""
    name = f"test-{uuid4().hex[:12]}"
    topics = [name, f"{name}.dead"]
    admin = KafkaAdminClient(bootstrap_servers=servers.bootstrap_servers)
    kept = {"retention.ms": "-1"}  # some tests write records of the year 2009
    admin.create_topics(
        [NewTopic(topic, num_partitions=3, replication_factor=1, topic_configs=kept) for topic in topics]
    )
    with ExitStack() as running:
        yield Pipeline(name, servers, elasticsearch, producer, running)
    admin.delete_topics(topics)
    admin.close()
    _remove(elasticsearch, name)


def read_topic(servers: Servers, topic: str) -> list[ConsumerRecord]:
    """Return all records of a topic, as they are now."""
    consumer = KafkaConsumer(bootstrap_servers=servers.bootstrap_servers, auto_offset_reset="earliest")
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        found: list[ConsumerRecord] = []
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            found += [record for records in consumer.poll(timeout_ms=200).values() for record in records]
        return found
    finally:
        consumer.close()


def _value(value: Event | bytes | None) -> bytes | None:
    return json.dumps(value, ensure_ascii=False).encode() if isinstance(value, dict) else value


@contextmanager
def running_indexer(settings: dict[str, str]) -> Iterator[RunningIndexer]:
    """Run `python -m indexer` with these settings, its health on a free port."""
    port = free_port()
    environment = {**os.environ, **settings, "INDEXER_METRICS_PORT": str(port)}
    command = [sys.executable, "-m", "indexer"]
    with (
        tempfile.TemporaryFile("w+") as lines,
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=lines, text=True) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S, verify=False) as client,
    ):
        try:
            wait_until(lambda: is_answering(client))
            yield RunningIndexer(process, client)
        finally:
            process.kill()
            process.wait(PATIENCE_S)
            lines.seek(0)
            sys.stderr.write(lines.read())  # pytest shows it where the test failed


@contextmanager
def running_api(settings: dict[str, str]) -> Iterator[RunningApi]:
    """Run `python -m api` with these settings, on a free port."""
    port = free_port()
    environment = {**os.environ, **settings, "API_PORT": str(port)}
    command = [sys.executable, "-m", "api"]
    url = f"http://127.0.0.1:{port}"
    with (
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, text=True) as process,
        httpx.Client(base_url=url, timeout=PATIENCE_S, verify=False) as client,  # it speaks no TLS
    ):
        try:
            wait_until(lambda: is_answering(client))
            yield RunningApi(url, process, client)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def is_answering(client: httpx.Client) -> bool:
    """Tell whether the program answers."""
    try:
        return client.get("/healthz").status_code < 500
    except httpx.TransportError:
        return False


def wait_until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Return when the condition holds; fail the test when it never does."""
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def assert_envelope(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["x-request-id"]
    assert set(answer.json()) == {"message", "success"}
    assert answer.json()["success"] is False
    assert answer.json()["message"]


@contextmanager
def _fresh_logs(client: Elasticsearch) -> Iterator[Logs]:
    name = f"test-{uuid4().hex[:12]}"
    body = template(name) | {"template": {**BODY, "aliases": {name: {}}}}  # made by the first log, not by the indexer
    client.indices.put_index_template(name=name, body=body)
    try:
        yield Logs(client, name)
    finally:
        _remove(client, name)


def _remove(client: Elasticsearch, name: str) -> None:
    for index in client.indices.get(index=f"{name}-*", expand_wildcards="all"):
        client.indices.delete(index=index)
    client.options(ignore_status=404).indices.delete_index_template(name=name)


def _docker_answers() -> bool:
    """Tell whether there is a Docker engine."""
    docker = shutil.which("docker")
    return docker is not None and not subprocess.run([docker, "info"], capture_output=True, check=False).returncode


@contextmanager
def _containers() -> Iterator[Servers]:
    from testcontainers.elasticsearch import ElasticSearchContainer  # noqa: PLC0415  # needs an engine
    from testcontainers.kafka import KafkaContainer  # noqa: PLC0415

    elasticsearch = ElasticSearchContainer(f"elasticsearch:{ELASTICSEARCH_VERSION}")
    kafka = KafkaContainer()
    with elasticsearch as node, kafka as broker:
        yield Servers(
            f"http://{node.get_container_host_ip()}:{node.get_exposed_port(9200)}", broker.get_bootstrap_server()
        )
