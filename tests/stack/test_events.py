"""Generated events: the same for the same seed, and as varied as real traffic."""

import json
from itertools import islice
from typing import Any

import pytest

from mappings.instant import DAY_MS
from stack.events.generate import events, history

NOW_MS = 1_790_000_000_000


@pytest.fixture(scope="module")
def generated() -> list[dict[str, Any]]:
    return list(events(1, history(20_000, NOW_MS)))


def test_the_same_seed_gives_the_same_events(generated: list[dict[str, Any]]) -> None:
    assert list(islice(events(1, history(20_000, NOW_MS)), 100)) == generated[:100]
    assert next(events(2, [NOW_MS])) != next(events(1, [NOW_MS]))


def test_past_events_are_spread_over_the_days_in_order(generated: list[dict[str, Any]]) -> None:
    created_ms = [event["created_at"] for event in generated]

    assert created_ms == sorted(created_ms)
    assert NOW_MS - 20 * DAY_MS <= created_ms[0] < NOW_MS - 19 * DAY_MS
    assert NOW_MS - DAY_MS < created_ms[-1] <= NOW_MS


def test_ids_are_unique_and_request_ids_have_16_digits(generated: list[dict[str, Any]]) -> None:
    assert [event["id"] for event in generated] == list(range(1, 20_001))
    assert len({event["request_id"] for event in generated}) == 20_000
    assert all(len(event["request_id"]) == 16 and event["request_id"].isdigit() for event in generated)


def test_the_events_resemble_the_traffic_of_a_gateway(generated: list[dict[str, Any]]) -> None:
    size = sum(len(json.dumps(event, ensure_ascii=False).encode()) for event in generated) / len(generated)
    errors = [event for event in generated if event["code"] != 200]
    busiest = sum(event["group"] == "ns-admin" for event in generated)

    assert 1900 < size < 2400
    assert 0.11 < len(errors) / len(generated) < 0.13
    assert all(event["content"] for event in errors)
    assert 2000 < busiest < 5000
    assert len({event["group"] for event in generated}) == 200
    assert len({event["model"] for event in generated}) == 16
    assert len({event["channel"] for event in generated}) == 12
    assert any("request_detail" not in event for event in generated)
    assert any("upstream_id" in event for event in generated)


def test_amounts_and_tokens_add_up(generated: list[dict[str, Any]]) -> None:
    for event in generated:
        usage, amount = event["usage"], event.get("amount", {})
        parts = sum(value for name, value in amount.items() if name != "used_amount")

        assert usage["input_tokens"] + usage["output_tokens"] == usage["total_tokens"]
        assert not amount or parts == pytest.approx(event["used_amount"])


def test_bodies_are_the_json_that_clients_and_providers_send(generated: list[dict[str, Any]]) -> None:
    details = [event["request_detail"] for event in generated if "request_detail" in event]
    whole = [detail for detail in details if not detail["request_body_truncated"]]
    streamed = [detail["response_body"] for detail in details if detail["response_body"].startswith(("data", "event"))]
    chunks = [line for body in streamed for line in body.splitlines() if line.startswith("data: {")]

    assert all(json.loads(detail["request_body"])["model"] for detail in whole)
    assert all(json.loads(chunk.removeprefix("data: ")) for chunk in chunks)
    assert 0 < len(details) - len(whole) < 0.05 * len(details)
    assert any("\\u8bf7" in detail["request_body"] for detail in details)
    assert any("请" in detail["request_body"] for detail in details)
