"""The faults of kafka-python 3.0.12 that the indexer goes round: still there without it, gone with it.

When the first test of a pair fails after a new release, the release has fixed the fault: remove the workaround.
"""

import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from types import SimpleNamespace
from uuid import uuid4

import pytest
from kafka import AsyncConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError

from indexer.consumer.options import CONSUMER
from indexer.kafka_python.record_writer import PRODUCER
from indexer.kafka_python.workarounds import (
    Membership,
    abandon,
    connected,
    end_offsets,
    finish_joining,
    release_parked,
)
from stack.network.address import free_port
from tests.support.pipeline import Pipeline
from tests.support.servers import Servers
from tests.support.waiting import wait_until

RECORDS = 300


def nothing(_: KafkaConsumer) -> None:
    """Go round nothing."""


def connect(pipeline: Pipeline) -> KafkaConsumer:
    return KafkaConsumer(
        **CONSUMER, bootstrap_servers=pipeline.servers.bootstrap_servers, group_id=f"{pipeline.name}-{uuid4().hex[:6]}"
    )


def read_with_a_pause(pipeline: Pipeline, help_along: Callable[[KafkaConsumer], None]) -> int:
    """Read one partition while another, of which records are fetched already, is paused; then that one too."""
    consumer = connect(pipeline)
    first, second = TopicPartition(pipeline.name, 0), TopicPartition(pipeline.name, 1)
    consumer.assign([first, second])
    found = 0
    polled = consumer.poll(timeout_ms=5000, max_records=10)
    paused = next(iter(polled))
    found += len(polled[paused])
    consumer.pause(paused)
    for _ in range(20):
        found += sum(map(len, consumer.poll(timeout_ms=100).values()))
    consumer.resume(paused)
    for _ in range(20):
        help_along(consumer)
        found += sum(map(len, consumer.poll(timeout_ms=100).values()))
    consumer.close(autocommit=False)
    return found


@pytest.mark.parametrize(("help_along", "expected"), [(nothing, False), (release_parked, True)])
def test_the_records_of_a_paused_partition_are_read_on_after_it_is_resumed(
    pipeline: Pipeline, help_along: Callable[[KafkaConsumer], None], expected: bool
) -> None:
    for partition in (0, 1):
        pipeline.send(*[b"x" * 100] * RECORDS, partition=partition)

    assert (read_with_a_pause(pipeline, help_along) == 2 * RECORDS) is expected


@pytest.mark.parametrize(("help_along", "expected"), [(nothing, False), (finish_joining, True)])
def test_a_join_that_outlasts_one_poll_is_seen_through_by_the_next(
    pipeline: Pipeline, help_along: Callable[[KafkaConsumer], None], expected: bool
) -> None:
    consumer = connect(pipeline)
    consumer.subscribe([pipeline.name])
    wait_until(lambda: bool(consumer.poll(timeout_ms=500) or consumer.assignment()))
    leave_a_join_under_way(consumer)
    for _ in range(20):
        help_along(consumer)
        consumer.poll(timeout_ms=100)
    joined = consumer._coordinator._join_task is None
    consumer.close(autocommit=False)

    assert joined is expected


def leave_a_join_under_way(consumer: KafkaConsumer) -> None:
    """Do what a change of the topic's partitions does in a poll() whose time runs out meanwhile."""
    coordinator = consumer._coordinator
    coordinator._assignment_snapshot = {}
    consumer.poll(timeout_ms=1)
    wait_until(lambda: not coordinator.need_rejoin() or coordinator._join_task is None)


@pytest.mark.parametrize(("connect_to", "expected"), [(KafkaConsumer, False), (connected, True)])
def test_a_consumer_that_finds_no_broker_leaves_nothing_behind(
    connect_to: Callable[..., KafkaConsumer], expected: bool
) -> None:
    before = set(threading.enumerate())

    with pytest.raises(KafkaError):
        connect_to(bootstrap_servers=f"127.0.0.1:{free_port()}", bootstrap_timeout_ms=300)

    assert (set(threading.enumerate()) <= before) is expected


def close_at_once(producer: KafkaProducer) -> None:
    """Do what the library offers for it."""
    with suppress(KafkaError):
        producer.close(timeout=0)


@pytest.mark.parametrize(("give_up", "expected"), [(close_at_once, False), (abandon, True)])
def test_a_producer_that_is_given_up_ends_with_what_it_has_under_way(
    servers: Servers, give_up: Callable[[KafkaProducer], None], expected: bool
) -> None:
    topic = f"test-{uuid4().hex[:12]}"
    admin = KafkaAdminClient(bootstrap_servers=servers.bootstrap_servers)
    never_taken = {"min.insync.replicas": "2"}
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1, topic_configs=never_taken)])
    producer = KafkaProducer(bootstrap_servers=servers.bootstrap_servers, **PRODUCER)
    producer.send(topic, b"v")

    give_up(producer)

    assert (not producer._sender.is_alive()) is expected
    abandon(producer)
    admin.delete_topics([topic])
    admin.close()


def all_ends(consumer: KafkaConsumer, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
    """Do what the library offers for it."""
    try:
        return dict(consumer.end_offsets(partitions, timeout_ms=timeout_ms))
    except KeyError:
        return {}


@pytest.mark.parametrize(("ask", "expected"), [(all_ends, 0), (end_offsets, 2)])
def test_a_partition_without_a_leader_does_not_hide_where_the_others_end(
    pipeline: Pipeline, ask: Callable[..., dict[TopicPartition, int]], expected: int
) -> None:
    consumer = connect(pipeline)
    partitions = [TopicPartition(pipeline.name, number) for number in consumer.partitions_for_topic(pipeline.name)]
    known = consumer._cluster._partitions[pipeline.name]
    known[1] = SimpleNamespace(leader_id=-1)  # what a broker answers while none of its replicas is there

    found = ask(consumer, partitions, 2_000)

    consumer.close(autocommit=False)
    assert len(found) == expected


@pytest.mark.parametrize(("keep_account", "expected"), [(nothing, False), (Membership, True)])
def test_a_member_that_the_group_has_forgotten_claims_nothing_when_it_joins_again(
    pipeline: Pipeline, keep_account: Callable[[KafkaConsumer], object], expected: bool
) -> None:
    consumer = connect(pipeline)
    keep_account(consumer)
    consumer.subscribe([pipeline.name])
    wait_until(lambda: bool(consumer.poll(timeout_ms=500) or consumer.assignment()))
    coordinator = consumer._coordinator
    coordinator.reset_generation()  # what an answer does that the group does not know this member
    (assignor,) = coordinator._assignors.values()
    claimed = assignor.metadata([pipeline.name]).owned_partitions
    consumer.close(autocommit=False)

    assert (not claimed) is expected


class Listener(AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """Notes what it is told of partitions that go."""

    def __init__(self) -> None:
        self.gone: list[str] = []

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Take them."""

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Note it."""
        self.gone += ["revoked"] * len(revoked)

    async def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        """Note it."""
        self.gone += ["lost"] * len(lost)


def test_a_member_that_is_forgotten_while_it_joins_is_not_told(pipeline: Pipeline) -> None:
    consumer, listener = connect(pipeline), Listener()
    membership = Membership(consumer)
    consumer.subscribe([pipeline.name], listener=listener)
    wait_until(lambda: bool(consumer.poll(timeout_ms=500) or consumer.assignment()))
    coordinator = consumer._coordinator
    before = membership.losses
    coordinator.rejoining = True  # as it is from the beginning of a join on
    coordinator.reset_generation()
    wait_until(lambda: bool(consumer.poll(timeout_ms=500) or coordinator.stable()))
    gone, losses = listener.gone, membership.losses
    consumer.close(autocommit=False)

    assert "lost" not in gone  # where this fails the library has fixed it
    assert losses > before
