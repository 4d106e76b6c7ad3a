"""The feed: events in the Kafka topic, of the past days or of the present."""

import json
import time
from itertools import islice

import pytest
from kafka.consumer.fetcher import ConsumerRecord

from stack.errors import CommandError
from stack.feed import FeedOptions, feed, live
from stack.network.address import free_port
from stack.progress import no_progress
from stack.servers.cluster import Stack
from stack.settings import StackSettings
from tests.support.pipeline import read_topic
from tests.support.servers import Servers


def settings_for(stack: Stack, topic: str) -> StackSettings:
    return StackSettings(kafka_bootstrap_servers=stack.kafka.bootstrap, kafka_topic=topic)


def records(stack: Stack, topic: str) -> list[ConsumerRecord]:
    return read_topic(Servers(stack.elasticsearch.url, stack.kafka.bootstrap), topic)


def test_the_feed_writes_as_many_events_as_it_reports_keyed_by_group(stack: Stack) -> None:
    reported: list[str] = []
    acknowledged = feed(settings_for(stack, "fed"), FeedOptions(500, rate=None, seed=7), reported.append)
    found = records(stack, "fed")

    assert acknowledged == len(found) == 500
    assert reported == ["500 events acknowledged by Kafka"]
    assert all(json.loads(record.value)["group"].encode() == record.key for record in found)
    assert {record.partition for record in found} == {0, 1, 2, 3}


def test_a_feed_with_a_rate_writes_events_of_the_present(stack: Stack) -> None:
    started_ms = time.time_ns() // 1_000_000
    feed(settings_for(stack, "live"), FeedOptions(20, rate=100, seed=7), no_progress)
    created_ms = sorted(json.loads(record.value)["created_at"] for record in records(stack, "live"))

    assert started_ms <= created_ms[0]
    assert 150 < created_ms[-1] - created_ms[0] < 60_000


def test_a_feed_without_kafka_is_refused() -> None:
    settings = StackSettings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}")
    with pytest.raises(CommandError, match="Kafka does not answer at 127"):
        feed(settings, FeedOptions(1, rate=None, seed=1), no_progress)


def test_a_feed_of_0_events_with_a_rate_has_no_end() -> None:
    assert len(list(islice(live(0, rate=10_000), 50))) == 50
