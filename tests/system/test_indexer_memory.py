"""Large events, many at a time: memory stays within its bound whatever is made of them."""

import json
import time

from tests.support.faults.proxy import wire_to
from tests.support.pipeline import Pipeline
from tests.support.waiting import wait_until

MOST_MB = 256  # as docs/guarantees.md promises


def test_large_events_that_need_a_second_copy_stay_within_the_memory(pipeline: Pipeline) -> None:
    body = json.dumps({"q": "余额不足请充值" * 20_000})  # 840 kB, and 420 kB more of readable text
    now_ms = int(time.time() * 1000)
    events = [
        {"id": 0, "request_id": f"r{number}", "created_at": now_ms, "request_detail": {"request_body": body}}
        for number in range(60)
    ]
    pipeline.send(*events)
    with wire_to(pipeline.servers.elasticsearch_url) as wire:
        wire.become("refusing")
        indexer = pipeline.start_indexer(ELASTICSEARCH_URL=wire.url)
        wait_until(lambda: indexer.metric("partitions_paused") == 3)
        wire.become("passing")
        wait_until(lambda: pipeline.lag() == 0, 60)

        assert pipeline.count() == 60
        assert indexer.highest_rss_mb() < MOST_MB
