"""What cannot go on waits, and nothing else does: good logs are searchable however many others wait."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Signal
from threading import Thread

import pytest

from mappings.index import write_alias
from mappings.instant import DAY_MS
from tests.support.faults.elasticsearch_faults import slow, throttled
from tests.support.faults.elasticsearch_proxy import Answer, Bulk
from tests.support.faults.kafka_proxy import PRODUCE
from tests.support.faults.oracle import CLEAN
from tests.support.faults.rig import Rig, rig
from tests.support.logs import Event
from tests.support.pipeline import Pipeline
from tests.support.waiting import LONG_S, wait_until

__all__ = ["rig"]

TODAY_MS = int(time.time() * 1000)
YESTERDAY_MS = TODAY_MS - DAY_MS
SMALL_BUDGET = {"INDEXER_BUDGET_BYTES": "8000000"}


def event(number: int, created_ms: int = TODAY_MS, **fields: object) -> Event:
    return {"id": number, "created_at": created_ms, **fields}


@contextmanager
def read_only(pipeline: Pipeline, created_ms: int) -> Iterator[None]:
    """Have the index of a day refuse every write."""
    alias = write_alias(pipeline.name, "day", created_ms)
    (index,) = pipeline.client.indices.get_alias(name=alias)
    pipeline.client.indices.put_settings(index=index, settings={"index.blocks.write": True})
    yield
    pipeline.client.indices.put_settings(index=index, settings={"index.blocks.write": None})


def test_today_goes_on_however_many_logs_wait_for_a_read_only_day(pipeline: Pipeline) -> None:
    indexer = pipeline.start_indexer(**SMALL_BUDGET)
    pipeline.send(event(1, YESTERDAY_MS))
    wait_until(lambda: pipeline.count() == 1)
    with read_only(pipeline, YESTERDAY_MS):
        body = {"request_body": "x" * 3_000}
        pipeline.send(*[event(number, YESTERDAY_MS, request_detail=body) for number in range(2, 6_002)])
        wait_until(lambda: indexer.metric("records_waiting") == 6_000)
        pipeline.send(*[event(number) for number in range(10_001, 10_301)])
        wait_until(lambda: pipeline.count() == 301)
        assert "6000 logs wait: Elasticsearch answers 403 cluster_block_exception" in indexer.trouble()
        assert indexer.metric("partitions_paused") == 0
        assert indexer.metric("bytes_in_flight") < 1_000_000
    wait_until(lambda: pipeline.count() == 6_301 and pipeline.lag() == 0 and indexer.is_ready())


def test_logs_of_many_old_days_share_a_few_indices_and_today_goes_on(pipeline: Pipeline) -> None:
    old = [event(number, TODAY_MS - (4_000 - number * 40) * DAY_MS) for number in range(1, 81)]
    indexer = pipeline.start_indexer(RETENTION_DAYS="0", INDEXER_MAX_INDICES="10")
    pipeline.send(*old, event(100))
    wait_until(lambda: pipeline.count() == 81 and pipeline.lag() == 0, LONG_S)
    pipeline.send(*old, event(100))  # later versions: each finds the index that its log is in
    wait_until(lambda: indexer.metric("records_indexed_total") == 162, LONG_S)

    assert pipeline.count() == 81
    assert len(pipeline.client.indices.get_alias(name=pipeline.name)) <= 10 + 12


def test_good_logs_go_on_while_the_dead_letter_topic_cannot_be_written(rig: Rig, pipeline: Pipeline) -> None:
    rig.kafka.refused.add(PRODUCE)
    indexer = rig.start(**SMALL_BUDGET)
    pipeline.send(*[b"x" * 3_000 + b"%d" % number for number in range(6_000)])
    pipeline.send(*[event(number) for number in range(1, 301)])
    wait_until(lambda: pipeline.count() == 300)
    wait_until(lambda: f"the dead-letter topic {pipeline.name}.dead cannot be written" in indexer.trouble())
    assert indexer.metric("bytes_in_flight") < 8_000_000
    rig.kafka.refused.clear()

    wait_until(lambda: pipeline.lag() == 0 and indexer.metric("records_waiting") == 0, LONG_S)
    assert len({letter.value for letter in pipeline.dead_letters()}) == 6_000


def test_any_number_of_bad_records_is_written_and_holds_no_good_one_up(pipeline: Pipeline) -> None:
    pipeline.send(*[b"x"] * 40_000)
    pipeline.send(*[event(number) for number in range(1, 301)])
    indexer = pipeline.start_indexer()
    wait_until(lambda: pipeline.count() == 300)
    wait_until(lambda: indexer.trouble().startswith("ready: many records were rejected"))

    wait_until(lambda: pipeline.lag() == 0, LONG_S)
    assert indexer.metric("records_dead_lettered_total") == 40_000


def test_bulks_grow_while_elasticsearch_is_slow(rig: Rig) -> None:
    rig.elastic.fault = slow(2.0)
    indexer = rig.start(INDEXER_SENDERS="1", INDEXER_BULK_TIMEOUT_SECONDS="30")
    stopping = Signal()
    feeding = Thread(target=_feed, args=(rig.pipeline, 1_200, stopping))
    feeding.start()
    wait_until(lambda: indexer.metric("records_indexed_total") == 1_200, LONG_S)
    stopping.set()
    feeding.join()

    # One request for each flush of 200 ms would be some sixty, two minutes of work.
    assert rig.elastic.bulks["slow"] <= 12
    assert rig.pipeline.count() == 1_200


def _feed(pipeline: Pipeline, number: int, stopping: Signal) -> None:
    for first in range(1, number + 1, 10):
        pipeline.send(*[event(one) for one in range(first, first + 10)])
        if stopping.wait(0.1):
            return


@pytest.mark.parametrize("senders", ["1", "4"])
def test_progress_is_made_at_any_speed_of_elasticsearch(rig: Rig, senders: str) -> None:
    served: list[int] = []
    at_fifty = throttled(50)

    def counted(bulk: Bulk) -> Answer:
        served.append(len(bulk.lines) // 2)
        return at_fifty(bulk)

    rig.oracle.send(1_000)
    rig.elastic.fault = counted
    rig.start(INDEXER_SENDERS=senders, INDEXER_BULK_TIMEOUT_SECONDS="2")
    rig.oracle.wait_for_the_end()

    assert rig.oracle.verdict() == CLEAN
    # Bulks of a fixed size time out again and again, and 20 and more operations are served for each that counts.
    assert sum(served) < 4 * 1_000
