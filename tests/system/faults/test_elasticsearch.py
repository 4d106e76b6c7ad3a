"""Whatever Elasticsearch answers, or does not: nothing lost, nothing doubled, and no good event a dead letter."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.support.faults.elasticsearch_faults import FAULTS, at_random
from tests.support.faults.elasticsearch_proxy import passing
from tests.support.faults.oracle import CLEAN, Oracle, balance
from tests.support.faults.rig import Rig
from tests.support.pipeline import Pipeline
from tests.support.waiting import LONG_S, wait_until

SEED = 20261124


def test_every_answer_that_is_none_or_a_wrong_one_in_turn(rig: Rig) -> None:
    indexer = rig.start()
    for fault in FAULTS:
        rig.elastic.fault = fault
        rig.oracle.send(120)
        wait_until(lambda: rig.elastic.bulks[fault.__name__] > 1)  # noqa: B023
        rig.elastic.fault = passing
    rig.oracle.wait_for_the_end()

    assert rig.oracle.verdict() == CLEAN
    assert {fault.__name__ for fault in FAULTS} <= rig.elastic.bulks.keys()
    wait_until(lambda: balance(indexer) == 0 and indexer.is_ready())
    rig.tell(", ".join(f"{rig.elastic.bulks[fault.__name__]} {fault.__name__}" for fault in FAULTS))


def test_answers_that_are_wrong_at_random_all_the_time(rig: Rig) -> None:
    indexer = rig.start(INDEXER_BULK_BYTES="100000", INDEXER_SENDERS="4")
    rig.elastic.fault = at_random(Random(SEED))
    rig.oracle.send(8_000)
    wait_until(lambda: indexer.metric("records_indexed_total") > 4_000, LONG_S)
    rig.elastic.fault = passing
    rig.oracle.wait_for_the_end()

    assert rig.oracle.verdict() == CLEAN
    wait_until(lambda: balance(indexer) == 0)
    rig.tell(f"{rig.elastic.bulks['any_of_them']} bulk requests, half of them with a fault, seed {SEED}")


State = Callable[[Pipeline, str], Any]
STATES: dict[str, tuple[State, State]] = {
    "write block": (
        lambda pipeline, index: pipeline.client.indices.add_block(index=index, block="write"),
        lambda pipeline, index: pipeline.client.indices.put_settings(
            index=index, settings={"index.blocks.write": None}
        ),
    ),
    "flood stage of a full disk": (
        lambda pipeline, index: put(pipeline, index, True),
        lambda pipeline, index: put(pipeline, index, None),
    ),
    "closed index": (
        lambda pipeline, index: pipeline.client.indices.close(index=index),
        lambda pipeline, index: pipeline.client.indices.open(index=index),
    ),
}


def put(pipeline: Pipeline, index: str, value: bool | None) -> None:
    pipeline.client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": value})


@pytest.mark.parametrize("state", STATES)
def test_an_index_that_cannot_be_written_and_is_mended_later(pipeline: Pipeline, state: str) -> None:
    spoil, repair = STATES[state]
    oracle = Oracle(pipeline)
    indexer = pipeline.start_indexer()
    oracle.send(200)
    oracle.wait_for_the_end()
    pipeline.client.indices.refresh(index=pipeline.name)
    (index,) = {hit["_index"] for hit in pipeline.client.search(index=pipeline.name)["hits"]["hits"]}
    spoil(pipeline, index)
    oracle.send(200)
    wait_until(lambda: "logs wait" in indexer.trouble())
    repair(pipeline, index)
    oracle.wait_for_the_end()

    assert oracle.verdict() == CLEAN


def test_a_template_and_an_index_that_are_deleted_under_it_are_made_again(pipeline: Pipeline) -> None:
    oracle = Oracle(pipeline)
    indexer = pipeline.start_indexer()
    wait_until(indexer.is_ready)
    pipeline.client.indices.delete_index_template(name=pipeline.name)
    for index in pipeline.client.indices.get(index=f"{pipeline.name}-*"):
        pipeline.client.indices.delete(index=index)
    oracle.send(500)
    oracle.wait_for_the_end()

    assert oracle.verdict() == CLEAN
    assert pipeline.client.indices.exists_index_template(name=pipeline.name)
    mapping = pipeline.client.indices.get_mapping(index=pipeline.name).body
    assert {str(index["mappings"]["dynamic"]) for index in mapping.values()} == {"false"}
