"""A new version of the mapping is rolled out under load, and back again: nothing lost or doubled, nothing stands still.

Version 2 is that of the releases before this one: an index that such a release created holds documents in its layout.
"""

import time

import pytest

from mappings.index import VERSION, write_alias
from mappings.instant import DAY_MS
from tests.support.faults.oracle import CLEAN, Oracle
from tests.support.faults.rig import rig
from tests.support.pipeline import Pipeline
from tests.support.programs import RunningIndexer
from tests.support.waiting import LONG_S, wait_until

__all__ = ["rig"]

OLD, NEXT = 2, VERSION + 1
DAYS = 20


def send_and_index(oracle: Oracle, *members: RunningIndexer) -> None:
    """Write events while these members run, and wait until some of them were indexed by one of them."""
    before = sum(member.metric("records_indexed_total") for member in members)
    oracle.send(500)
    wait_until(lambda: sum(member.metric("records_indexed_total") for member in members) > before, LONG_S)


@pytest.mark.parametrize("versions", [(OLD, VERSION, OLD), (VERSION, OLD, VERSION), (VERSION, NEXT, VERSION)])
def test_a_roll_out_and_back_again_under_load(pipeline: Pipeline, versions: tuple[int, ...]) -> None:
    oracle = Oracle(pipeline)
    running = pipeline.start_version(versions[0])
    send_and_index(oracle, running)
    for version in versions[1:]:
        following = pipeline.start_version(version)
        send_and_index(oracle, running, following)
        running.kill()  # what it has not committed is delivered again, to the other version
        running = following
        send_and_index(oracle, running)
    oracle.wait_for_the_end(LONG_S)

    assert oracle.verdict() == CLEAN
    assert pipeline.count(query={"exists": {"field": "token_id"}}) == oracle.sent - oracle.sent // 50


def test_versions_that_start_together_share_each_index_from_the_first_log(pipeline: Pipeline) -> None:
    now_ms = int(time.time() * 1000)
    members = [pipeline.start_version(version) for version in (OLD, VERSION, NEXT)]
    events = [{"id": n, "created_at": now_ms - n % DAYS * DAY_MS, "content": f"log {n}"} for n in range(1, 601)]
    pipeline.send(*events)
    pipeline.send(*events)  # each once more, to any member
    wait_until(lambda: pipeline.lag() == 0, LONG_S)

    assert pipeline.count() == 600
    targets = [write_alias(pipeline.name, "day", now_ms - day * DAY_MS) for day in range(DAYS)]
    behind = [list(pipeline.client.indices.get_alias(name=target)) for target in targets]
    assert [len(indices) for indices in behind] == [1] * DAYS
    assert [member.process.poll() for member in members] == [None] * 3


def test_a_double_write_alias_of_the_past_is_repaired_while_logs_arrive(pipeline: Pipeline) -> None:
    target = write_alias(pipeline.name, "day", int(time.time() * 1000))
    for version in (OLD, VERSION):
        pipeline.client.indices.create(index=f"{target}-v{version}", aliases={target: {}, pipeline.name: {}})
    oracle = Oracle(pipeline)
    oracle.send(200)
    indexer = pipeline.start_indexer()
    oracle.wait_for_the_end(LONG_S)

    assert oracle.verdict() == CLEAN
    wait_until(indexer.is_ready)
