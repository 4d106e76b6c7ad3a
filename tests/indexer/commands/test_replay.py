"""A stretch of the topic is read again beside the group: what is missing comes back, and nothing is doubled."""

import time

from tests.support.faults.oracle import CLEAN, Oracle
from tests.support.pipeline import Pipeline
from tests.support.waiting import PATIENCE_S, wait_until

HOUR_MS = 3_600_000


def now_ms() -> int:
    return int(time.time() * 1000)


def index_all(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer()
    wait_until(lambda: pipeline.lag() == 0 and indexer.is_ready(), PATIENCE_S)
    assert indexer.stop() == 0


def test_an_index_that_was_lost_comes_back_and_a_second_time_nothing_is_doubled(pipeline: Pipeline) -> None:
    oracle = Oracle(pipeline)
    oracle.send(1000)
    index_all(pipeline)
    letters = len(pipeline.dead_letters())
    for index in pipeline.client.indices.get(index=pipeline.name):
        pipeline.client.indices.delete(index=index)

    told = [pipeline.run("replay", "--from", "2026-01-01T00:00:00Z") for _ in range(2)]

    assert oracle.verdict() == CLEAN
    assert '"polled": 1000, "indexed": 980, "duplicate": 0, "in_flight": 0, "refused": 20' in told[0]
    assert '"polled": 1000, "indexed": 0, "duplicate": 980, "in_flight": 0, "refused": 20' in told[1]
    assert (len(pipeline.dead_letters()), pipeline.lag()) == (letters, 0)


def test_only_records_of_the_stretch_are_read_its_beginning_included_its_end_not(pipeline: Pipeline) -> None:
    start = now_ms() - HOUR_MS
    for number in range(6):
        pipeline.send({"id": number + 1, "created_at": start}, timestamp_ms=start + number, partition=number % 2)

    pipeline.run("replay", "--from", str(start + 1), "--to", str(start + 4))

    assert sorted(log["id"] for log in pipeline.sources()) == [2, 3, 4]


def test_the_group_s_offsets_are_as_they_were(pipeline: Pipeline) -> None:
    pipeline.send({"id": 1, "created_at": now_ms()})
    index_all(pipeline)
    pipeline.send({"id": 2, "created_at": now_ms()})

    pipeline.run("replay", "--from", "0")

    assert (pipeline.count(), pipeline.lag()) == (2, 1)


def test_what_cannot_be_a_stretch_is_said(pipeline: Pipeline) -> None:
    assert "--to is before --from" in pipeline.run("replay", "--from", "2", "--to", "1", code=2)
    nowhere = {"KAFKA_TOPIC": f"{pipeline.name}.none"}
    assert "does not exist" in pipeline.run("replay", "--from", "0", code=1, **nowhere)


def test_an_empty_stretch_is_done_at_once(pipeline: Pipeline) -> None:
    assert '"polled": 0' in pipeline.run("replay", "--from", str(now_ms() + HOUR_MS))
