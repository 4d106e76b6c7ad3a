"""Records of other gateways through the indexer on real servers: arrays, bad entries, redelivery, redrive."""

import json
import time
from typing import Any

from tests.indexer.shapes.samples import sample
from tests.support.faults.oracle import balance
from tests.support.pipeline import Pipeline
from tests.support.waiting import wait_until


def now_ms() -> int:
    return int(time.time() * 1000)


def apisix(number: int, **changes: Any) -> dict[str, Any]:
    """Return an entry of APISIX, without an id as it sends them."""
    return sample("apisix", start_time=now_ms() - 5_000, latency=number, **changes)


def test_a_batch_of_apisix_is_as_many_logs_however_often_it_is_delivered(pipeline: Pipeline) -> None:
    same = apisix(1)
    batch = json.dumps([same, same, apisix(2)]).encode()
    indexer = pipeline.start_indexer(KAFKA_FORMAT="apisix")
    pipeline.send(batch, partition=0)
    wait_until(lambda: pipeline.count() == 3)
    pipeline.run("replay", "--from", "0", KAFKA_FORMAT="apisix")

    assert pipeline.count() == 3
    assert indexer.metric("records_indexed_total") == 1
    assert {log["model"] for log in pipeline.sources()} == {"gpt-4o"}
    assert "sk-in-a-header" not in json.dumps(pipeline.sources())


def test_a_bad_entry_costs_the_others_nothing_and_the_record_is_one_dead_letter(pipeline: Pipeline) -> None:
    batch = json.dumps([apisix(1), sample("apisix", start_time=None), 7, apisix(2)]).encode()
    indexer = pipeline.start_indexer(KAFKA_FORMAT="apisix")
    pipeline.send(batch, key=b"k", headers=[("h", b"v")])
    wait_until(lambda: pipeline.count() == 2 and pipeline.lag() == 0)
    pipeline.run("redrive", KAFKA_FORMAT="apisix")
    wait_until(lambda: len(pipeline.dead_letters()) == 2 and pipeline.lag() == 0)

    first, again = pipeline.dead_letters()
    reasons = [dict(letter.headers)["gateway-logs.reason"].decode() for letter in (first, again)]
    assert (first.value, first.key, first.headers[0]) == (batch, b"k", ("h", b"v"))
    assert reasons[0].startswith("2 of 4 logs in the record: created_at is missing")
    assert reasons[0] == reasons[1]
    assert pipeline.count() == 2
    assert balance(indexer) == 0


def test_a_batch_of_spans_has_its_calls_and_counts_the_others(pipeline: Pipeline) -> None:
    batch = sample("otlp")
    spans = batch["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[0]["endTimeUnixNano"] = str(now_ms() * 1_000_000)
    empty = json.dumps({"resourceSpans": []}).encode()
    indexer = pipeline.start_indexer(KAFKA_FORMAT="otlp")
    pipeline.send(json.dumps(batch).encode(), empty)
    wait_until(lambda: pipeline.lag() == 0 and pipeline.count() == 1)

    assert indexer.metric("records_skipped_total") == 1
    assert indexer.metric("entries_passed_over_total") == 1
    assert pipeline.dead_letters() == []


def test_a_record_of_another_shape_is_a_dead_letter_with_what_to_do(pipeline: Pipeline) -> None:
    pipeline.start_indexer(KAFKA_FORMAT="otlp")
    pipeline.send(b"\x0a\x05proto")
    wait_until(lambda: len(pipeline.dead_letters()) == 1)

    [letter] = pipeline.dead_letters()
    reason = dict(letter.headers)["gateway-logs.reason"]
    assert reason.startswith(b"not in the shape of KAFKA_FORMAT: the value is not JSON; the exporter needs")
