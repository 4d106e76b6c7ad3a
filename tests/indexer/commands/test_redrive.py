"""Dead letters go back to their topic: what became good is a log then, and doing it twice changes nothing."""

import re
import time
from secrets import token_hex
from typing import Any

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.origin import ORIGIN_HEADER
from indexer.kafka_python.record_writer import RecordWriter
from mappings.instant import DAY_MS
from tests.support.logs import Event
from tests.support.pipeline import Pipeline, read_topic
from tests.support.waiting import PATIENCE_S, wait_until

OLD = {"RETENTION_DAYS": "2"}  # refuses what was sent three days ago; the default takes it


def days_ago(days: float) -> int:
    return int(time.time() * 1000 - days * DAY_MS)


def refuse(pipeline: Pipeline, *events: Event | bytes, **record: Any) -> None:
    """Have an indexer make dead letters of these."""
    before = len(pipeline.dead_letters())
    indexer = pipeline.start_indexer(**OLD)
    pipeline.send(*events, **record)
    wait_until(lambda: pipeline.lag() == 0, PATIENCE_S)
    assert indexer.stop() == 0
    assert len(pipeline.dead_letters()) == before + len(events)


def index_all(pipeline: Pipeline) -> None:
    """Have an indexer of today take in everything."""
    indexer = pipeline.start_indexer()
    wait_until(lambda: pipeline.lag() == 0 and indexer.is_ready(), PATIENCE_S)
    assert indexer.stop() == 0


def test_what_became_good_is_a_log_with_the_key_headers_and_time_it_had(pipeline: Pipeline) -> None:
    moment = days_ago(1)
    refuse(pipeline, {"id": 1, "created_at": days_ago(3)}, key=b"k", headers=[("h", b"v")], timestamp_ms=moment)
    pipeline.run("redrive")
    index_all(pipeline)

    again = records(pipeline)[-1]

    assert [log["id"] for log in pipeline.sources()] == [1]
    assert (again.key, again.timestamp, again.headers[0]) == (b"k", moment, ("h", b"v"))
    assert {name for name, _ in again.headers} == {"h", ORIGIN_HEADER}


def test_a_header_without_a_value_is_none_in_the_dead_letter_and_in_what_is_sent_back(pipeline: Pipeline) -> None:
    headers = [("null", None), ("empty", b"")]
    indexer = pipeline.start_indexer(**OLD)
    writer = RecordWriter({"bootstrap_servers": pipeline.servers.bootstrap_servers})
    value = b'{"id":1,"created_at":%d}' % days_ago(3)
    assert list(writer.write([{"topic": pipeline.name, "value": value, "headers": headers}])) == [(0, True)]
    writer.close()
    wait_until(lambda: pipeline.lag() == 0, PATIENCE_S)
    assert indexer.stop() == 0
    pipeline.run("redrive")

    assert [letter.headers[:2] for letter in pipeline.dead_letters()] == [headers]
    assert [record.headers[:2] for record in records(pipeline)] == [headers] * 2


def records(pipeline: Pipeline) -> list[ConsumerRecord]:
    return sorted(read_topic(pipeline.servers, pipeline.name), key=lambda record: bool(record.headers[1:]))


def test_twice_is_as_once_even_for_logs_known_by_their_place_alone(pipeline: Pipeline) -> None:
    refuse(pipeline, *[{"created_at": days_ago(3)}] * 3, {"id": 4, "created_at": days_ago(3)})
    for _ in range(2):
        pipeline.run("redrive")
    index_all(pipeline)

    assert pipeline.count() == 4


def test_an_older_event_never_replaces_the_newer_version_that_came_meanwhile(pipeline: Pipeline) -> None:
    old = {"id": 1, "created_at": days_ago(3), "content": "old"}
    refuse(pipeline, old, timestamp_ms=days_ago(1))
    pipeline.send(old | {"content": "new"}, timestamp_ms=days_ago(1) + 1)
    index_all(pipeline)
    pipeline.run("redrive")
    index_all(pipeline)

    assert [log["content"] for log in pipeline.sources()] == ["new"]


def test_what_is_still_bad_becomes_one_dead_letter_more_that_names_the_first_place(pipeline: Pipeline) -> None:
    refuse(pipeline, b"bad", partition=2)
    for _ in range(2):
        pipeline.run("redrive")
        index_all(pipeline)

    letters = [dict(letter.headers) for letter in pipeline.dead_letters()]

    assert len(letters) == 3
    assert {(letter["gateway-logs.partition"], letter["gateway-logs.offset"]) for letter in letters} == {(b"2", b"0")}
    assert [letter.value for letter in pipeline.dead_letters()] == [b"bad"] * 3


def test_only_those_with_the_reason_are_chosen_and_a_dry_run_writes_nothing(pipeline: Pipeline) -> None:
    refuse(pipeline, {"id": 1, "created_at": days_ago(3)}, b"bad")
    before = len(records(pipeline))

    told = pipeline.run("redrive", "--reason", "outside the accepted window", "--dry-run")

    assert re.search(r'"letters": 1, "reason": "created_at is outside the accepted window".*"would be redriven"', told)
    assert len(records(pipeline)) == before
    pipeline.run("redrive", "--reason", "outside the accepted window")
    index_all(pipeline)
    assert (pipeline.count(), len(pipeline.dead_letters())) == (1, 2)


def test_letters_of_others_and_of_values_left_out_stay_and_are_counted(pipeline: Pipeline) -> None:
    about = {"reason": b"r", "topic": b"x", "partition": b"0", "offset": b"0", "timestamp": b"1"}
    ours = [(f"gateway-logs.{name}", value) for name, value in about.items()]
    letters = [[], ours, [*ours, ("gateway-logs.value", b"left out")], [*ours[1:], ours[0]]]
    for headers in letters:
        pipeline.producer.send(f"{pipeline.name}.dead", b"{}", headers=headers).get()

    told = pipeline.run("redrive")

    assert "not written by this indexer" in told
    assert "it came from another topic" in told
    assert "its value is not an event" in told
    assert '"read": 4, "sent": 0' in told


@pytest.mark.parametrize("header", ["gateway-logs.value", "gateway-logs.reason", "gateway-logs.topic", ORIGIN_HEADER])
def test_what_a_producer_writes_in_headers_of_our_names_is_its_own_affair(pipeline: Pipeline, header: str) -> None:
    stranger = (header, b"somewhere/7/8/4398046511103")
    refuse(pipeline, {"id": 1, "created_at": days_ago(3)}, headers=[stranger])
    assert pipeline.dead_letters()[0].headers[0] == stranger
    pipeline.run("redrive")
    index_all(pipeline)

    again = records(pipeline)[-1]

    assert pipeline.count() == 1
    assert [name for name, _ in again.headers] == [header, ORIGIN_HEADER]
    assert again.headers[0] == stranger


def test_a_position_that_a_producer_invents_hides_no_later_version(pipeline: Pipeline) -> None:
    event = {"id": 1, "created_at": days_ago(0)}
    far = (ORIGIN_HEADER, f"{pipeline.name}/0/0/4398046511103".encode())
    pipeline.send(event | {"content": "first"}, headers=[far], partition=0)
    pipeline.send(event | {"content": "second"}, partition=0)
    index_all(pipeline)

    assert [log["content"] for log in pipeline.sources()] == ["second"]


def test_only_dead_letters_of_the_time_span_are_chosen(pipeline: Pipeline) -> None:
    for moment in (1_000, 2_000, 3_000):
        refuse(pipeline, {"id": moment, "created_at": days_ago(3)}, timestamp_ms=moment)

    told = pipeline.run("redrive", "--from", "2000", "--to", "1970-01-01T00:00:03Z")

    assert '"read": 3, "sent": 1' in told


def test_a_letter_that_its_topic_does_not_take_is_left_out_and_those_behind_it_go(pipeline: Pipeline) -> None:
    refuse(pipeline, *[{"id": number, "created_at": days_ago(3), "content": token_hex(9_000)} for number in (1, 2)])
    refuse(pipeline, {"id": 3, "created_at": days_ago(3)})
    set_largest(pipeline, 5_000)

    told = pipeline.run("redrive")

    assert '"read": 3, "sent": 1' in told
    assert f"too large for {pipeline.name}" in told


def set_largest(pipeline: Pipeline, size: int) -> None:
    """Have the topic take batches up to this size, bytes."""
    admin = KafkaAdminClient(bootstrap_servers=pipeline.servers.bootstrap_servers)
    largest = {"max.message.bytes": str(size)}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, pipeline.name, configs=largest)])
    admin.close()
