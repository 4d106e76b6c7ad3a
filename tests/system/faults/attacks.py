"""What each attack of a hostile producer costs, and what a slow Elasticsearch leaves: figures, printed by `make soak`.

`make test` does not collect it.
"""

import time
from random import Random

import pytest

from tests.support.faults.elasticsearch_faults import slow
from tests.support.faults.hostile import ATTACKS
from tests.support.faults.oracle import CLEAN
from tests.support.faults.rig import TOLD, Rig, rig
from tests.support.pipeline import Pipeline
from tests.support.waiting import wait_until

__all__ = ["rig"]

GOOD = 300
PATIENCE_S = 180
MOST_MB = 256
GOOD_LOG = {"range": {"token_id": {"gte": 0}}}


@pytest.mark.parametrize("name", ATTACKS)
def test_good_logs_behind_an_attack_are_searchable(rig: Rig, name: str) -> None:
    indexer = rig.start()
    wait_until(indexer.is_ready)
    ATTACKS[name](rig.pipeline, Random(1))
    rig.oracle.send(GOOD)
    good = sum(1 for number in range(1, GOOD + 1) if number % 50 != 7)
    began = time.monotonic()
    wait_until(lambda: rig.pipeline.count(query=GOOD_LOG) == good, PATIENCE_S)
    searchable_s = time.monotonic() - began
    rig.oracle.wait_for_the_end(PATIENCE_S)
    committed_s = time.monotonic() - began

    assert rig.oracle.verdict() == CLEAN
    assert indexer.highest_rss_mb() < MOST_MB
    TOLD.append(
        f"{name}: {GOOD} events behind it searchable after {searchable_s:.1f} s, all committed after"
        f" {committed_s:.1f} s, highest RSS {indexer.highest_rss_mb():.0f} MB"
    )


@pytest.mark.parametrize("seconds", [0.1, 1.0, 8.0])
def test_throughput_by_the_time_of_a_bulk_request(rig: Rig, pipeline: Pipeline, seconds: float) -> None:
    rig.oracle.send(100_000)
    rig.elastic.fault = slow(seconds)
    indexer = rig.start(INDEXER_BULK_TIMEOUT_SECONDS="30")
    wait_until(lambda: indexer.metric("records_indexed_total") > 0, PATIENCE_S)
    began, before = time.monotonic(), indexer.metric("records_indexed_total")
    wait_until(lambda: time.monotonic() - began > 40 or pipeline.lag() == 0, PATIENCE_S)
    rate = (indexer.metric("records_indexed_total") - before) / (time.monotonic() - began)

    assert rate > 0
    TOLD.append(f"{seconds} s a bulk request: {rate:.0f} events a second, {rig.elastic.bulks['slow']} requests")
