"""A log and its record: one id for every delivery, a version that orders them, a body that is one line."""

import json
from collections import Counter
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.decode import Log, Window, decode
from indexer.event.document import IndexTarget, operation, sizes
from indexer.event.origin import Origins
from indexer.event.retries import Retries
from indexer.offsets import Span
from mappings.instant import parse_rfc3339

NOW = parse_rfc3339("2026-11-24T23:59:59.999Z")
SPAN = Span(TopicPartition("t", 0), 1, 1, 1)


def record(**fields: Any) -> ConsumerRecord:
    lengths = {f"serialized_{part}_size": 10 for part in ("key", "value", "header")}
    whole = (
        dict.fromkeys(ConsumerRecord._fields) | {"topic": "t", "partition": 0, "offset": 7, "timestamp": NOW} | lengths
    )
    return ConsumerRecord(**(whole | fields))


def framed(log: Log, at: ConsumerRecord) -> tuple[Any, Any]:
    one = operation(log, at, Origins().of(at), SPAN, IndexTarget("logs", "day"))
    action, source, nothing = (one.action + one.value[:-1] + one.tail).split(b"\n")
    assert nothing == b""
    return json.loads(action)["index"], json.loads(source)


def log(**fields: Any) -> Log:
    whole = Log(b"", created_ms=NOW, id=1, request_id="r", group="g", own={}, redacted=Counter())._replace(**fields)
    return whole._replace(value=b'{"created_at":%d}' % whole.created_ms)


def test_the_body_is_the_events_own_bytes_and_one_key() -> None:
    action, source = framed(log(own={"extra": "{}"}), record())

    assert action["_index"] == "logs-2026.11.24"
    assert action["version_type"] == "external"
    assert set(source) == {"created_at", "gateway_logs"}
    assert set(source["gateway_logs"]) == {"tie", "bytes", "body_bytes", "extra"}
    assert 0 <= source["gateway_logs"]["tie"] < 2**63


def test_a_document_knows_its_size_and_what_it_has_less_without_its_bodies() -> None:
    body = "word " * 200
    found = decode(json.dumps({"created_at": NOW, "request_detail": {"request_body": body}}).encode(), Window(0, 2**60))

    assert sizes(found._replace(own={})) == {"bytes": len(found.value), "body_bytes": 1_000}
    assert sizes(found) == {"bytes": len(found.value) + 999, "body_bytes": 1_999}  # with its words


@pytest.mark.parametrize("at", [record(offset=8), record(partition=3), record(topic="replayed", timestamp=5)])
def test_a_log_with_an_identity_keeps_its_id_wherever_it_is_delivered(at: ConsumerRecord) -> None:
    assert framed(log(), at)[0]["_id"] == framed(log(), record())[0]["_id"]


@pytest.mark.parametrize(
    "other",
    [
        log(id=2),
        log(request_id="s"),
        log(group="h"),
        log(group="gr", request_id=""),
        log(created_ms=NOW + 1),
        log(id=0),
        log(request_id=""),
    ],
)
def test_another_identity_or_moment_is_another_id(other: Log) -> None:
    assert framed(other, record())[0]["_id"] != framed(log(), record())[0]["_id"]


@pytest.mark.parametrize("at", [record(offset=8), record(partition=1), record(topic="u")])
def test_a_log_without_an_identity_is_the_record_it_came_in(at: ConsumerRecord) -> None:
    nameless = log(id=0, request_id="")

    assert framed(nameless, at)[0]["_id"] != framed(nameless, record())[0]["_id"]
    assert framed(nameless, record())[0]["_id"] == framed(nameless, record())[0]["_id"]


def test_the_last_millisecond_of_a_day_stays_in_its_index() -> None:
    assert framed(log(created_ms=NOW + 1), record())[0]["_index"] == "logs-2026.11.25"


def test_a_log_is_counted_with_its_record_and_with_what_was_made_of_it() -> None:
    value = b'{"created_at":1}'
    as_it_came, rewritten = (log()._replace(value=value), log()._replace(value=b'{"created_at":22}'))
    at = record(value=value)

    ones = [operation(one, at, Origins().of(at), SPAN, IndexTarget("logs", "day")) for one in (as_it_came, rewritten)]

    assert [one.weight - len(one.tail) for one in ones] == [1024 + 30, 1024 + 30 + 17]


def versions(*records: ConsumerRecord, of: Log) -> list[int]:
    """Return the versions that the documents of these records get from one process."""
    target = IndexTarget("logs", "day")
    operations = [operation(of, at, Origins().of(at), SPAN, target) for at in records]
    return [json.loads(one.action)["index"]["version"] for one in operations]


def test_a_record_that_a_producer_wrote_twice_is_no_new_version() -> None:
    first, other, again = record(value=b"1"), record(value=b"2", offset=8), record(value=b"1", offset=9)

    found = versions(first, other, again, first, of=log())

    assert found[0] == found[2] == found[3] < found[1]


@pytest.mark.parametrize("second", [record(value=b"1", offset=8, timestamp=NOW + 1), record(value=b"2", offset=8)])
def test_a_record_with_another_time_or_other_bytes_is_a_new_version(second: ConsumerRecord) -> None:
    first, later = versions(record(value=b"1"), second, of=log())

    assert first < later


def test_a_log_without_an_identity_stays_one_for_each_record() -> None:
    target, nameless = IndexTarget("logs", "day"), log(id=0, request_id="")
    records = [record(value=b"1"), record(value=b"1", offset=8)]
    ids = [json.loads(operation(nameless, at, Origins().of(at), SPAN, target).action)["index"]["_id"] for at in records]

    assert ids[0] != ids[1]


def test_only_the_latest_records_are_remembered() -> None:
    retries = Retries(most=2)
    found = [
        retries.first(at, Origins().of(at)).offset for at in (record(offset=n, value=b"%d" % (n % 3)) for n in range(6))
    ]

    assert found == [0, 1, 2, 3, 4, 5]
