"""The two faults of kafka-python 3.0.12 that the indexer goes round: still there without it, gone with it.

When the first test of a pair fails after a new release, the release has mended the fault: drop the workaround.
"""

from collections.abc import Callable
from uuid import uuid4

import pytest
from conftest import Pipeline, wait_until
from kafka import KafkaConsumer, TopicPartition

from indexer.consume import CONSUMER
from indexer.kafka_3_0_12 import finish_joining, take_up_parked

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


@pytest.mark.parametrize(("help_along", "expected"), [(nothing, False), (take_up_parked, True)])
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
