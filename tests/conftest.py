"""The fixtures of all tests: real servers, an alias and a topic for each test, and the real programs on them."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch
from hypothesis import settings
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from tests.support.logs import Logs, fresh_logs, remove_logs
from tests.support.pipeline import Pipeline
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.repository import ROOT
from tests.support.servers import Servers, elasticsearch_8, running_servers

# What these tests ask for is every form of request that the programs send.
BOTH_VERSIONS = (
    "api/facets/test_facets.py",
    "api/repetitive/test_check.py",
    "api/request/test_ranges.py",
    "api/search/test_cursor.py",
    "api/search/test_detail.py",
    "api/search/test_language.py",
    "api/search/test_pages.py",
    "api/search/test_search.py",
    "api/search/test_streams.py",
    "api/stats/test_series.py",
    "api/stats/test_stats.py",
    "api/tail/test_tail.py",
    "indexer/delivery/test_indices.py",
    "mappings/test_analysis.py",
    "system/test_indexer.py",
)

SLOWEST = ("system", "repository", "stack")  # folders whose tests wait for servers to fail and recover

pytest_plugins = ("tests.support.faults.rig",)  # the fixture of the fault tests
# The same examples each time, however slow the machine: who changes nothing sees no other result. `make soak` searches.
settings.register_profile("gate", deadline=None, derandomize=True, database=None)
settings.load_profile("gate")
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest files first, so that no worker waits for one that has begun last."""
    items.sort(key=lambda item: item.path.relative_to(ROOT / "tests").parts[0] not in SLOWEST)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of requests to Elasticsearch on version 8 too."""
    file = metafunc.definition.path.relative_to(ROOT / "tests").as_posix()
    if file in BOTH_VERSIONS and "servers" in metafunc.fixturenames:
        metafunc.parametrize("servers", ["9", "8"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def newest_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The servers of this run: those given, else containers, else the project's own stack."""
    with running_servers(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def older_servers(newest_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The same Kafka, and Elasticsearch 8."""
    with elasticsearch_8(tmp_path_factory.mktemp("elasticsearch-8")) as url:
        yield newest_servers._replace(elasticsearch_url=url)


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The servers of a test."""
    name = "newest_servers" if getattr(request, "param", "9") == "9" else "older_servers"
    running: Servers = request.getfixturevalue(name)
    return running


@pytest.fixture(scope="session")
def elasticsearch(servers: Servers) -> Iterator[Elasticsearch]:
    """A client of Elasticsearch."""
    with Elasticsearch(servers.elasticsearch_url, request_timeout=60) as client:
        yield client


@pytest.fixture
def logs(elasticsearch: Elasticsearch) -> Iterator[Logs]:
    """An alias of this test alone, with its template; nothing of it stays."""
    with fresh_logs(elasticsearch) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_logs(elasticsearch: Elasticsearch) -> Iterator[Logs]:
    """An alias that the tests of one file read together."""
    with fresh_logs(elasticsearch) as fresh:
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
    remove_logs(elasticsearch, name)
