"""Whatever happens in Kafka and in the group: nothing lost, nothing doubled, no offset committed too early or back."""

import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from random import Random
from threading import Event as Signal

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, KafkaAdminClient, NewPartitions, NewTopic
from kafka.errors import TopicAlreadyExistsError

from mappings.instant import DAY_MS
from tests.support.faults.kafka_proxy import FETCH, OFFSET_COMMIT, PRODUCE
from tests.support.faults.oracle import CLEAN, Oracle, balance, document_numbers, is_bad, value
from tests.support.faults.rig import Rig
from tests.support.pipeline import Pipeline, read_topic
from tests.support.programs import RunningIndexer
from tests.support.waiting import LONG_S, wait_until

SEED = 20261124


@pytest.fixture
def admin(pipeline: Pipeline) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=pipeline.servers.bootstrap_servers)
    yield admin
    admin.close()


@pytest.mark.parametrize("side", ["request", "answer"])
@pytest.mark.parametrize("api", [FETCH, OFFSET_COMMIT, PRODUCE])
def test_a_connection_that_breaks_again_and_again_at_the_same_step(rig: Rig, api: int, side: str) -> None:
    indexer = rig.start()
    for _ in range(4):
        struck = Signal()
        rig.kafka.strike_at(api, side, struck.set)
        rig.oracle.send(250)
        wait_until(struck.is_set)
    rig.oracle.wait_for_the_end()

    assert rig.oracle.verdict() == CLEAN
    wait_until(lambda: balance(indexer) == 0 and indexer.is_ready())
    rig.tell(f"4 connections broken at API {api}, {side}")


def test_while_dead_letters_cannot_be_written_they_wait_and_logs_go_on(rig: Rig, pipeline: Pipeline) -> None:
    indexer = rig.start()
    rig.kafka.refused.add(PRODUCE)
    rig.oracle.send(500)
    wait_until(lambda: indexer.metric("records_indexed_total") == 490)
    wait_until(lambda: "cannot be written" in indexer.trouble(), LONG_S)
    assert pipeline.lag() > 0
    rig.kafka.refused.clear()
    rig.oracle.wait_for_the_end()

    assert rig.oracle.verdict() == CLEAN
    wait_until(lambda: balance(indexer) == 0 and indexer.is_ready())


def test_members_that_come_and_go_under_load(rig: Rig) -> None:
    random = Random(SEED)
    members = [rig.start()]
    for _ in range(6):
        rig.oracle.send(1_500)
        if len(members) > 1 and random.random() < 0.5:
            assert members.pop(random.randrange(len(members))).stop() == 0
        else:
            members.append(rig.start())
    rig.oracle.wait_for_the_end()

    assert rig.oracle.verdict() == CLEAN
    wait_until(lambda: all(balance(member) == 0 for member in members))
    rig.tell(f"6 changes of the group, seed {SEED}")


def test_partitions_that_are_added_are_read_too(rig: Rig, pipeline: Pipeline, admin: KafkaAdminClient) -> None:
    rig.start()
    with closing(
        KafkaProducer(bootstrap_servers=pipeline.servers.bootstrap_servers, metadata_max_age_ms=500)
    ) as producer:
        oracle = Oracle(replace(pipeline, producer=producer), rig.journal)
        oracle.send(300)
        admin.create_partitions({pipeline.name: NewPartitions(6)})
        wait_until(lambda: len(producer.partitions_for(pipeline.name)) == 6)
        oracle.send(300)
    oracle.wait_for_the_end()

    assert oracle.verdict() == CLEAN


def test_a_topic_that_is_deleted_and_made_again_is_read_from_its_beginning(
    pipeline: Pipeline, admin: KafkaAdminClient
) -> None:
    indexer = pipeline.start_indexer()
    oracle = Oracle(pipeline)
    oracle.send(1_000)
    oracle.wait_for_the_end()
    admin.delete_topics([pipeline.name])
    wait_until(lambda: pipeline.name not in admin.list_topics())
    with suppress(TopicAlreadyExistsError):  # any client that asks for it creates it, where the broker allows that
        admin.create_topics([NewTopic(pipeline.name, num_partitions=3, replication_factor=1)])
    again = Oracle(pipeline)
    again.sent = oracle.sent
    again.send(2_500)
    wait_until(lambda: again.verdict() == CLEAN, LONG_S)

    wait_until(lambda: balance(indexer) == 0 and indexer.is_ready())


def test_markers_and_aborted_records_leave_gaps_that_are_passed(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    producer = KafkaProducer(bootstrap_servers=pipeline.servers.bootstrap_servers, transactional_id=pipeline.name)
    producer.init_transactions()
    now_ms = int(time.time() * 1000)
    for number in range(1, 61):
        producer.begin_transaction()
        producer.send(pipeline.name, value(number, now_ms), b"%d" % number)
        (producer.abort_transaction if number % 3 == 0 else producer.commit_transaction)()
    producer.close()
    wait_until(lambda: pipeline.lag() == 0)

    kept = [number for number in range(1, 61) if number % 3]
    assert sorted(log["token_id"] for log in pipeline.sources()) == [number for number in kept if not is_bad(number)]
    wait_until(lambda: indexer.metric("lag") == 0)


def test_records_that_kafka_deleted_before_they_were_read_are_passed(
    pipeline: Pipeline, admin: KafkaAdminClient
) -> None:
    oracle, lost, kept = Oracle(pipeline), Oracle(pipeline), Oracle(pipeline)
    indexer = pipeline.start_indexer()
    oracle.send(300)
    oracle.wait_for_the_end()
    assert indexer.stop() == 0
    lost.sent = 300
    lost.send(300)
    admin.delete_records(ends_of(pipeline))
    kept.sent = 600
    kept.send(300)
    pipeline.start_indexer()
    kept.wait_for_the_end()

    assert kept.verdict() == CLEAN._replace(lost=tuple(range(301, 311)))  # the first ten of those 300
    assert len(list(document_numbers(pipeline.client, pipeline.name))) == 600 - 12


def test_a_compacted_topic_has_gaps_that_are_passed(pipeline: Pipeline, admin: KafkaAdminClient) -> None:
    often = {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.001"}
    admin.alter_configs([ConfigResource("TOPIC", pipeline.name, {**often, "max.compaction.lag.ms": "100"})])
    now_ms = int(time.time() * 1000)
    for number in range(1, 41):
        pipeline.send({"id": number, "created_at": now_ms, "token_id": number}, key=b"%d" % (number % 4))
    wait_until(lambda: len(read_topic(pipeline.servers, pipeline.name)) < 40, LONG_S)
    left = read_topic(pipeline.servers, pipeline.name)
    indexer = pipeline.start_indexer()
    wait_until(lambda: pipeline.lag() == 0)

    assert {log["id"] for log in pipeline.sources()} >= {37, 38, 39, 40}
    assert len(pipeline.sources()) <= len(left) < 40
    wait_until(lambda: balance(indexer) == 0 and indexer.metric("lag") == 0)


def ends_of(pipeline: Pipeline) -> dict[TopicPartition, int]:
    with closing(KafkaConsumer(bootstrap_servers=pipeline.servers.bootstrap_servers)) as consumer:
        numbers = consumer.partitions_for_topic(pipeline.name)
        ends: dict[TopicPartition, int] = consumer.end_offsets([TopicPartition(pipeline.name, n) for n in numbers])
        return ends


def test_producers_with_wrong_clocks_and_a_batch_across_midnight(rig: Rig, pipeline: Pipeline) -> None:
    rig.start()
    now_ms = int(time.time() * 1000)
    for timestamp_ms in (1, now_ms - 400 * DAY_MS, now_ms + 1_800_000, now_ms):
        rig.oracle.send(100, timestamp_ms=timestamp_ms)
    midnight = now_ms - now_ms % DAY_MS
    for offset_ms in range(-5, 5):
        pipeline.send({"id": 10_000 + offset_ms, "created_at": midnight + offset_ms, "token_id": 1_000 + offset_ms})
    wait_until(lambda: pipeline.lag() == 0)

    counts = pipeline.client.cat.indices(index=f"{pipeline.name}-*", format="json", h="docs.count")
    assert pipeline.count() == 392 + 10
    assert len(counts) == 3  # yesterday, today, and tomorrow, which is made ahead
    assert rig.oracle.verdict()._replace(strangers=()) == CLEAN


def test_twenty_megabytes_of_headers_fit_into_the_memory(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    headers = [(f"h{number}", b"x" * 500_000) for number in range(20)]
    now_ms = int(time.time() * 1000)
    producer = KafkaProducer(bootstrap_servers=pipeline.servers.bootstrap_servers, max_request_size=16_000_000)
    for number in range(1, 7):
        log = {"id": number, "created_at": now_ms}
        producer.send(pipeline.name, str(log).replace("'", '"').encode() if number % 2 else b"bad", headers=headers)
    producer.close()
    wait_until(lambda: pipeline.lag() == 0, LONG_S)

    assert (pipeline.count(), len(pipeline.dead_letters())) == (3, 3)
    assert indexer.highest_rss_mb() < 256


def test_stopped_under_load_while_nothing_is_answered_it_ends_in_time(rig: Rig) -> None:
    indexer: RunningIndexer = rig.start()
    wait_until(indexer.is_ready)
    rig.kafka.become("silent")
    rig.oracle.send(2_000)
    began = time.monotonic()

    indexer.stop()

    assert time.monotonic() - began < 30
    rig.kafka.become("passing")
    rig.start()
    rig.oracle.wait_for_the_end()
    assert rig.oracle.verdict() == CLEAN
