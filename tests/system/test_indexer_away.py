"""Elasticsearch or Kafka away, slow or half broken: the indexer waits, says so, goes on, and loses nothing."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from mappings.index import index_name, write_alias
from mappings.instant import DAY_MS
from stack.network.address import Address, free_port
from stack.progress import no_progress
from stack.servers.broker import Broker
from stack.servers.installation import install
from tests.support.faults.proxy import Wire, wire_to
from tests.support.logs import Event
from tests.support.pipeline import Pipeline
from tests.support.programs import RunningIndexer, running_indexer
from tests.support.waiting import LONG_S, wait_until


def now_ms() -> int:
    return int(time.time() * 1000)


def event(number: int, **fields: Any) -> Event:
    return {"id": number, "created_at": now_ms() - number, **fields}


@pytest.fixture
def wire(pipeline: Pipeline) -> Iterator[Wire]:
    with wire_to(pipeline.servers.elasticsearch_url) as wire:
        yield wire


def start(pipeline: Pipeline, wire: Wire, **environment: str) -> RunningIndexer:
    settings = {"ELASTICSEARCH_URL": wire.url, "INDEXER_BULK_TIMEOUT_SECONDS": "2", **environment}
    return pipeline.start_indexer(**settings)


@pytest.mark.parametrize("state", ["refusing", "silent", "cutting"])
def test_while_elasticsearch_is_not_to_be_had_logs_wait_and_then_all_arrive_once(
    pipeline: Pipeline, wire: Wire, state: str
) -> None:
    indexer = start(pipeline, wire)
    pipeline.send(event(1))
    wait_until(lambda: pipeline.count() == 1 and indexer.is_ready())
    wire.become(state)
    pipeline.send(*[event(number) for number in range(2, 302)])
    wait_until(lambda: "logs wait: Elasticsearch is away" in indexer.trouble())
    assert pipeline.lag() > 0
    wire.become("passing")
    wait_until(lambda: pipeline.lag() == 0 and indexer.is_ready(), LONG_S)

    assert pipeline.count() == 301
    assert indexer.metric("records_polled_total") == 301


def test_started_without_elasticsearch_it_waits_and_says_so(pipeline: Pipeline, wire: Wire) -> None:
    wire.become("refusing")
    indexer = start(pipeline, wire)
    pipeline.send(event(1))
    wait_until(lambda: "Elasticsearch is away" in indexer.trouble())
    wire.become("passing")
    wait_until(lambda: pipeline.count() == 1 and indexer.is_ready())


def test_memory_is_bounded_while_a_backlog_waits_for_elasticsearch(pipeline: Pipeline, wire: Wire) -> None:
    wire.become("refusing")
    events = 30_000
    filler = "the quick brown fox 敏捷的棕色狐狸 " * 60
    pipeline.send(*[event(number, content=filler) for number in range(1, events + 1)])
    indexer = start(pipeline, wire, INDEXER_BULK_TIMEOUT_SECONDS="30")
    wait_until(lambda: indexer.metric("partitions_paused") == 3)

    assert 0 < indexer.metric("records_polled_total") < events
    wire.become("passing")
    wait_until(lambda: pipeline.lag() == 0, LONG_S)
    assert pipeline.count() == events
    assert indexer.highest_rss_mb() < 256


def test_one_index_that_is_closed_holds_its_own_logs_only(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    yesterday = now_ms() - DAY_MS
    pipeline.send({"id": 1, "created_at": yesterday})
    wait_until(lambda: pipeline.count() == 1)
    index = index_name(write_alias(pipeline.name, "day", yesterday))
    pipeline.client.indices.close(index=index)
    pipeline.send({"id": 2, "created_at": yesterday}, *[event(number) for number in range(3, 103)])
    wait_until(lambda: "index_closed_exception" in indexer.trouble())
    today = index_name(write_alias(pipeline.name, "day", now_ms()))

    wait_until(lambda: stored(pipeline, today) == 100)
    pipeline.client.indices.open(index=index)
    wait_until(lambda: pipeline.lag() == 0)
    assert pipeline.count() == 102


def stored(pipeline: Pipeline, index: str) -> int:
    pipeline.client.indices.refresh(index=index)
    return int(pipeline.client.count(index=index)["count"])


def test_a_dead_letter_too_large_for_its_topic_points_to_the_original(pipeline: Pipeline) -> None:
    dead = f"{pipeline.name}.dead"
    admin = KafkaAdminClient(bootstrap_servers=pipeline.servers.bootstrap_servers)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, dead, configs={"max.message.bytes": "2000"})])
    admin.close()
    pipeline.start_indexer()
    pipeline.send(random.Random(1).randbytes(8000), event(1))
    wait_until(lambda: pipeline.count() == 1 and pipeline.lag() == 0)

    (letter,) = pipeline.dead_letters()

    assert letter.value == b""
    assert {"gateway-logs.value", "gateway-logs.offset", "gateway-logs.reason"} <= {name for name, _ in letter.headers}


def test_large_events_pass_among_small_ones(pipeline: Pipeline) -> None:
    pipeline.start_indexer(INDEXER_BULK_BYTES="100000")
    large = event(1, request_detail={"request_body": "长文本 large " * 60_000})
    pipeline.send(event(2), large, event(3))
    wait_until(lambda: pipeline.lag() == 0)

    assert pipeline.count() == 3
    assert pipeline.dead_letters() == []


def test_kafka_away_is_said_and_waited_for(pipeline: Pipeline, tmp_path: Path) -> None:
    broker = Broker(Address("127.0.0.1", free_port()), tmp_path, install(no_progress))
    settings = pipeline.environment | {"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap}
    with running_indexer(settings) as indexer:
        wait_until(lambda: "Kafka at" in indexer.trouble())
        try:
            broker.start()
            write(broker, pipeline.name, event(1))
            wait_until(lambda: pipeline.count() == 1 and indexer.is_ready(), LONG_S)
            broker.kill()
            wait_until(lambda: "Kafka at" in indexer.trouble(), LONG_S)
            broker.start()
            write(broker, pipeline.name, event(2))
            wait_until(lambda: pipeline.count() == 2 and indexer.is_ready(), LONG_S)
            broker.kill()
            assert indexer.stop() == 0
        finally:
            broker.stop()


def write(broker: Broker, topic: str, one: Event) -> None:
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap)
    producer.send(topic, json.dumps(one).encode()).get(timeout=LONG_S)
    producer.close()


def test_an_open_transaction_shows_as_lag_and_is_named(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    servers = pipeline.servers.bootstrap_servers
    producer = KafkaProducer(bootstrap_servers=servers, transactional_id=pipeline.name)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(pipeline.name, b"{}", partition=1).get(timeout=LONG_S)
    pipeline.send({"id": 1, "created_at": now_ms()}, {"id": 2, "created_at": now_ms()}, partition=1)

    wait_until(lambda: "a transaction has been open since offset 0, and 3 records wait" in indexer.trouble())
    assert indexer.metric("lag") == 3
    producer.abort_transaction()
    producer.close()
    wait_until(lambda: pipeline.count() == 2 and indexer.is_ready() and indexer.metric("lag") == 0)
