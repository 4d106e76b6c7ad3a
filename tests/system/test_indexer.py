"""The indexer as a program on real Kafka and Elasticsearch: what goes in, what is stored, what is left over."""

import json
import time
from typing import Any

import pytest

from mappings.index import TEXT
from mappings.progress import progress_index
from tests.support.faults.oracle import balance
from tests.support.logs import Event
from tests.support.pipeline import Pipeline
from tests.support.programs import StartApi
from tests.support.streams import openai_chat
from tests.support.tailing import tailing
from tests.support.waiting import wait_until


def now_ms() -> int:
    return int(time.time() * 1000)


def event(number: int, **fields: Any) -> Event:
    return {"id": number, "request_id": f"{number:016d}", "created_at": now_ms() - number, **fields}


def test_an_event_is_stored_as_it_came_with_one_key_of_ours(pipeline: Pipeline) -> None:
    sent = event(1, model="gpt-4o", content="余额不足", upstream_id="u-1", amount={"input_amount": 1.10})
    pipeline.start_indexer()
    pipeline.send(sent)
    wait_until(lambda: pipeline.count() == 1)

    stored = pipeline.sources()[0]

    assert set(stored.pop("gateway_logs")) == {"tie", "text", "content", "bytes", "body_bytes"}
    assert stored == sent


def test_a_streamed_body_is_stored_as_it_came_and_found_as_it_reads(pipeline: Pipeline) -> None:
    body = openai_chat(["The roll", "back fin", "ished: 余", "额不足"])
    pipeline.start_indexer()
    pipeline.send({"id": 1, "created_at": now_ms(), "request_detail": {"response_body": body}})
    wait_until(lambda: pipeline.lag() == 0)

    [log] = pipeline.sources()
    assert log["request_detail"] == {"response_body": body}
    assert pipeline.count(query={"match_phrase": {TEXT: "rollback finished 余额不足"}}) == 1


def test_one_log_delivered_twice_is_one_document_and_counts_as_a_duplicate(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    again = event(3)
    pipeline.send(again, event(1), timestamp_ms=now_ms())
    wait_until(lambda: pipeline.count() == 2)
    pipeline.send(again, timestamp_ms=now_ms() - 60_000)
    wait_until(lambda: pipeline.lag() == 0)

    assert pipeline.count() == 2
    assert (indexer.metric("records_indexed_total"), indexer.metric("records_duplicate_total")) == (2, 1)


def test_the_version_with_the_later_kafka_timestamp_wins_in_either_order(pipeline: Pipeline) -> None:
    moment = now_ms()
    first, second = (
        event(1, content="early") | {"created_at": moment},
        event(1, content="late") | {"created_at": moment},
    )
    indexer = pipeline.start_indexer()
    pipeline.send(second, timestamp_ms=moment + 1, key=b"a")
    wait_until(lambda: pipeline.count() == 1)
    pipeline.send(first, timestamp_ms=moment, key=b"b")
    wait_until(lambda: indexer.metric("records_duplicate_total") == 1)

    assert [log["content"] for log in pipeline.sources()] == ["late"]


def test_a_later_version_replaces_the_log(pipeline: Pipeline) -> None:
    moment = now_ms()
    pipeline.start_indexer()
    for number, tokens in enumerate((0, 17)):
        pipeline.send({"id": 1, "created_at": moment, "usage": {"total_tokens": tokens}}, timestamp_ms=moment + number)
    wait_until(lambda: pipeline.lag() == 0)

    assert [log["usage"] for log in pipeline.sources()] == [{"total_tokens": 17}]


def test_a_record_that_a_producer_wrote_twice_comes_once_in_a_tail(pipeline: Pipeline, start_api: StartApi) -> None:
    moment = now_ms()
    indexer = pipeline.start_indexer()
    pipeline.send(event(1), timestamp_ms=moment)
    wait_until(lambda: pipeline.count() == 1)
    written = {"id": 2, "created_at": moment}
    with tailing(start_api(pipeline.name)) as tail:
        pipeline.send(written, written, timestamp_ms=moment)
        tail.wait_for(1)
        pipeline.send(written, event(3), timestamp_ms=moment)
        tail.wait_for(2)

    assert tail.logs == [2, 3]
    assert indexer.metric("records_duplicate_total") == 2


def test_logs_without_id_and_request_id_are_told_apart_by_where_they_stand(pipeline: Pipeline) -> None:
    moment = now_ms()
    pipeline.start_indexer()
    pipeline.send(*[{"created_at": moment}] * 3)
    wait_until(lambda: pipeline.lag() == 0)

    assert pipeline.count() == 3


def test_a_bad_event_costs_one_dead_letter_and_nothing_else(pipeline: Pipeline) -> None:
    bad = b'{"created_at": "yesterday", "content": "\xe4\xbd\x99\xe9\xa2\x9d"}'
    headers = [("trace", b"\x00\xff"), ("trace", b"again")]
    pipeline.start_indexer()
    pipeline.send(event(1))
    pipeline.send(bad, key=b"key \xff", headers=headers, timestamp_ms=1234567890123)
    pipeline.send(event(2))
    wait_until(lambda: pipeline.count() == 2 and pipeline.lag() == 0)

    (dead,) = pipeline.dead_letters()
    about = {name.removeprefix("gateway-logs."): value.decode() for name, value in dead.headers[2:]}

    assert (dead.value, dead.key, list(dead.headers[:2])) == (bad, b"key \xff", headers)
    assert about["reason"] == "created_at: not an RFC 3339 time"
    assert about["topic"] == pipeline.name
    assert about["timestamp"] == "1234567890123"
    assert {"partition", "offset"} <= set(about)


@pytest.mark.parametrize(
    "poison",
    [
        b'{"created_at": %d, "metadata": {"a": "1", "a": "2"}}',  # only Elasticsearch sees it
        b'{"created_at": %d}\n{"delete": {"_index": "x", "_id": "1"}}',
        b'{"created_at": %d, "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"created_at": %d, "content": "\xff"}',
    ],
)
def test_a_poisoned_value_does_not_touch_its_neighbours(pipeline: Pipeline, poison: bytes) -> None:
    pipeline.start_indexer()
    pipeline.send(event(1), poison % now_ms(), event(2))
    wait_until(lambda: pipeline.lag() == 0)

    assert pipeline.count() == 2
    assert [letter.value[:14] for letter in pipeline.dead_letters()] == [poison[:14]]


def test_line_ends_between_tokens_cannot_begin_an_action(pipeline: Pipeline) -> None:
    pretty = json.dumps(event(1, content="one\ntwo"), indent=2).replace("\n", "\r\n").encode()
    pipeline.start_indexer()
    pipeline.send(pretty, event(2))
    wait_until(lambda: pipeline.count() == 2)

    assert {log.get("content") for log in pipeline.sources()} == {"one\ntwo", None}


def test_a_tombstone_is_skipped_and_counted(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    pipeline.send(None, key=b"k")
    pipeline.send(event(1))
    wait_until(lambda: pipeline.lag() == 0)

    assert (pipeline.count(), indexer.metric("records_skipped_total"), pipeline.dead_letters()) == (1, 1, [])


def test_names_that_elasticsearch_takes_for_paths_come_through(pipeline: Pipeline) -> None:
    odd = {"": 1, "a.b": {"c.": 2}, "usage.input_tokens": "x", "_id": "y", "gateway_logs": 5}
    pipeline.start_indexer()
    pipeline.send(event(1, **odd, usage={"input_tokens": 3, ".": 4}, metadata={"nul\0": "v", "a.b": "w"}))
    wait_until(lambda: pipeline.count() == 1)

    stored = pipeline.sources()[0]

    assert json.loads(stored["gateway_logs"]["extra"]) == {**odd, "usage": {".": 4}, "metadata": {"nul\0": "v"}}
    assert (stored["usage"], stored["metadata"]) == ({"input_tokens": 3}, {"a.b": "w"})


def test_the_ledger_balances_and_nothing_is_in_flight_at_the_end(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    pipeline.send(*[event(number) for number in range(1, 501)], b"bad", b"")
    wait_until(lambda: pipeline.lag() == 0 and indexer.metric("lag") == 0)

    ends = [indexer.metric(f"records_{end}_total") for end in ("indexed", "duplicate", "dead_lettered", "skipped")]

    assert indexer.metric("records_polled_total") == sum(ends)
    assert indexer.metric("records_in_flight") == 0
    assert indexer.is_ready()


def test_the_ledger_balances_at_any_moment(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    pipeline.send(*[event(number) if number % 9 else b"bad" for number in range(1, 5_001)])
    scrapes = [balance(indexer)]
    while pipeline.lag():
        scrapes.append(balance(indexer))

    assert set(scrapes) == {0.0}


def test_two_members_share_the_partitions_and_the_second_goes_on_alone(pipeline: Pipeline) -> None:
    first, second = pipeline.start_indexer(), pipeline.start_indexer()
    wait_until(lambda: first.is_ready() and second.is_ready())
    pipeline.send(*[event(number) for number in range(1, 301)])
    wait_until(lambda: pipeline.count() == 300)
    assert first.stop() == 0
    pipeline.send(*[event(number) for number in range(301, 601)])
    wait_until(lambda: pipeline.count() == 600 and pipeline.lag() == 0)

    assert second.metric("records_polled_total") >= 300


def test_a_member_for_whom_no_partition_is_left_is_ready_to_take_over(pipeline: Pipeline) -> None:
    members = [pipeline.start_indexer() for _ in range(4)]  # of a topic with three partitions

    wait_until(lambda: all(member.is_ready() for member in members))


def test_killed_before_the_commit_and_started_again_nothing_is_lost_and_nothing_twice(pipeline: Pipeline) -> None:
    for attempt in range(3):
        indexer = pipeline.start_indexer()
        pipeline.send(*[event(number) for number in range(1 + attempt * 1000, 1001 + attempt * 1000)])
        wait_until(lambda: indexer.metric("records_polled_total") > 0)  # noqa: B023
        indexer.kill()
    pipeline.start_indexer()
    wait_until(lambda: pipeline.lag() == 0, patience_s=60)

    assert pipeline.count() == 3000


def test_stopped_under_load_it_ends_cleanly_and_goes_on_where_it_was(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    pipeline.send(*[event(number, content="x" * 2000) for number in range(1, 5001)])
    wait_until(lambda: indexer.metric("records_polled_total") > 0)

    assert indexer.stop() == 0

    rest = pipeline.start_indexer()
    wait_until(lambda: pipeline.lag() == 0)
    assert pipeline.count() == 5000
    assert rest.metric("records_duplicate_total") == 0  # what was stored was committed


def progress(pipeline: Pipeline) -> list[Event]:
    """Return what the indexers have reported of each partition; nothing before the index of that has started."""
    client, name = pipeline.client.options(ignore_status=(404, 503)), progress_index(pipeline.name)
    client.indices.refresh(index=name)
    hits = client.search(index=name, size=100).get("hits", {}).get("hits", [])
    return [hit["_source"] for hit in hits]


def complete_to(pipeline: Pipeline) -> int:
    """Return up to when all partitions are complete, epoch ms; 0 before that is known."""
    known = [one.get("complete_to", 0) for one in progress(pipeline)]
    return min(known) if len(known) == 3 else 0


def test_the_indexer_says_up_to_when_the_index_is_complete_beside_the_logs(pipeline: Pipeline) -> None:
    pipeline.start_indexer()
    pipeline.send(*(event(number) for number in range(9)))
    sent_at = now_ms()
    wait_until(lambda: complete_to(pipeline) > sent_at)
    reports = progress(pipeline)

    assert {(one["topic"], one["partition"]) for one in reports} == {(pipeline.name, number) for number in range(3)}
    assert all(one["complete_to"] <= one["checked_at"] <= now_ms() and one["waiting"] == 0 for one in reports)
    assert pipeline.count() == 9  # none of it is behind the alias


def test_what_waits_holds_the_progress_back_and_the_next_owner_goes_on_from_there(pipeline: Pipeline) -> None:
    first = pipeline.start_indexer()
    wait_until(lambda: complete_to(pipeline) > 0)
    first.stop()
    stopped_at = now_ms()
    pipeline.send(*(event(number) for number in range(30)))
    assert 0 < complete_to(pipeline) < stopped_at
    pipeline.start_indexer()
    wait_until(lambda: complete_to(pipeline) > stopped_at)

    assert pipeline.count() == 30
