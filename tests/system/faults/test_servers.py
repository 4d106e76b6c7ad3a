"""The servers themselves killed and started again under load, and a cluster that is full: nothing lost or doubled."""

import re
import time

import pytest
from elasticsearch import Elasticsearch

from mappings.instant import DAY_MS
from stack.servers.cluster import Stack
from tests.support.faults.kafka_proxy import FETCH, OFFSET_COMMIT
from tests.support.faults.oracle import CLEAN, Oracle, balance
from tests.support.faults.rig import rig_on
from tests.support.pipeline import Pipeline
from tests.support.waiting import LONG_S, PATIENCE_S, wait_until


def test_elasticsearch_killed_under_load_and_started_again(stack: Stack, own: Pipeline) -> None:
    oracle = Oracle(own)
    indexer = own.start_indexer(INDEXER_BULK_BYTES="200000")
    oracle.send(10_000)
    wait_until(lambda: indexer.metric("records_indexed_total") > 500)
    stack.elasticsearch.kill()
    wait_until(lambda: "Elasticsearch is away" in indexer.trouble())
    oracle.send(1_000)
    stack.elasticsearch.start()
    oracle.wait_for_the_end(LONG_S)

    assert oracle.verdict() == CLEAN
    wait_until(lambda: balance(indexer) == 0 and indexer.is_ready(), PATIENCE_S)


@pytest.mark.parametrize("api", [FETCH, OFFSET_COMMIT])
def test_kafka_killed_during_a_fetch_or_a_commit_and_started_again(stack: Stack, own: Pipeline, api: int) -> None:
    with rig_on(own) as rig:
        rig.oracle.send(5_000)
        rig.kafka.strike_at(api, "request", stack.kafka.kill)
        indexer = rig.start()
        wait_until(lambda: not stack.kafka.is_running())
        stack.kafka.start()
        rig.oracle.send(1_000)
        rig.oracle.wait_for_the_end(LONG_S)

        assert rig.oracle.verdict() == CLEAN
        wait_until(lambda: balance(indexer) == 0 and indexer.is_ready(), LONG_S)


def test_at_the_shard_limit_new_days_share_an_index_and_an_operator_is_told(own: Pipeline) -> None:
    indexer = own.start_indexer(RETENTION_DAYS="0")
    wait_until(indexer.is_ready, LONG_S)
    limit(own.client, int(own.client.cluster.health()["active_shards"]))
    now_ms = int(time.time() * 1000)
    own.send(*[{"id": days + 1, "created_at": now_ms - days * DAY_MS} for days in range(30)])
    wait_until(lambda: own.count() == 30 and own.lag() == 0, LONG_S)

    assert len(own.client.indices.get_alias(name=own.name)) == 2
    assert re.match(r"ready: Elasticsearch has \d+ of \d+ shards", indexer.trouble())
    limit(own.client, None)


def test_a_cluster_whose_shard_limit_is_reached_holds_logs_until_there_is_room(own: Pipeline) -> None:
    limit(own.client, 1)
    indexer = own.start_indexer()
    oracle = Oracle(own)
    oracle.send(300)
    wait_until(lambda: "cannot be created" in indexer.trouble())
    limit(own.client, None)
    oracle.wait_for_the_end()

    assert oracle.verdict() == CLEAN


def limit(client: Elasticsearch, shards: int | None) -> None:
    client.cluster.put_settings(persistent={"cluster.max_shards_per_node": shards})
