"""Every page opens, however deep, and holds exactly its logs: none is shown twice, none is skipped."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.support.logs import Event, Logs, tie
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS

HOUR_MS = 3_600_000
CROWD = 50_000  # logs of one millisecond
OTHERS = 6_000  # over three days
ORDERS = ["created_at-desc", "created_at-asc", "request_at-desc", "request_at-asc", "id-desc", "id-asc"]


def _event(number: int) -> Event:
    """Return a small log. Of three, one has no request_at and another no id."""
    random = Random(number)
    is_crowd = number < CROWD
    created_at = NOON_MS if is_crowd else NOON_MS + random.randrange(-36 * HOUR_MS, 36 * HOUR_MS)
    event: Event = {"created_at": created_at, "group": "crowd" if is_crowd else "others", "token_id": number}
    if number % 3:
        event["request_at"] = created_at - random.randrange(5000)
    if number % 3 < 2:
        event["id"] = 2**62 + 600 + number * 7  # too large for a double, which would cut off the smallest
    return event


EVENTS = [_event(number) for number in range(CROWD + OTHERS)]
TOTAL = len(EVENTS)


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the events above."""
    for start in range(0, TOTAL, 10_000):
        module_logs.store(EVENTS[start : start + 10_000])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def in_order(order: str, events: list[Event]) -> list[int]:
    """Return the token ids of all events in an order, ties by the number beside them, those without the field last."""
    field, _, direction = order.partition("-")
    sign = -1 if direction == "desc" else 1
    having = [event for event in events if field in event]
    without = [event for event in events if field not in event]
    having.sort(key=lambda event: (sign * event[field], -tie(event)))
    without.sort(key=lambda event: -tie(event))
    return [event["token_id"] for event in having + without]


def page(api: RunningApi, number: int, **params: Any) -> list[int]:
    return [log["token_id"] for log in api.search(page=number, per_page=100, **params)["logs"]]


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_holds_exactly_its_logs(api: RunningApi, order: str) -> None:
    expected = in_order(order, EVENTS)

    # around 5,000 and 10,000 rows, in the crowd and around it, where the field ends, at the end
    for number in (1, 50, 51, 100, 101, 300, 373, 374, 375, 376, 400, 530, 531, 559, 560):
        assert page(api, number, order=order) == expected[(number - 1) * 100 : number * 100], number


@pytest.mark.parametrize("order", ORDERS)
def test_deep_pages_keep_to_the_filters(api: RunningApi, order: str) -> None:
    expected = in_order(order, EVENTS[CROWD:])

    for number in (50, 51, 52, 60):
        assert page(api, number, order=order, group="others") == expected[(number - 1) * 100 : number * 100], number


def test_walking_to_the_end_gives_every_log_once(api: RunningApi) -> None:
    found = [log for number in range(1, OTHERS // 100 + 2) for log in page(api, number, group="others")]

    assert found == in_order("created_at-desc", EVENTS[CROWD:])


def test_the_same_logs_come_in_small_and_large_pages(api: RunningApi) -> None:
    small = [log["token_id"] for number in (1501, 1502) for log in api.search(page=number, per_page=10)["logs"]]

    assert small == page(api, 151)[:20]


@pytest.mark.parametrize("number", [TOTAL // 100 + 1, 10**9, 10**30])
def test_past_the_end_there_are_no_logs_and_the_true_total(api: RunningApi, number: int) -> None:
    data = api.search(page=number, per_page=100)

    assert (data["logs"], data["total"]) == ([], TOTAL)


def test_the_last_page_holds_the_rest(api: RunningApi) -> None:
    assert len(api.search(page=TOTAL // 99 + 1, per_page=99)["logs"]) == TOTAL % 99


def test_a_deep_page_is_reached_in_few_steps(api: RunningApi) -> None:
    page(api, 200)
    figures = api.get("/metrics").text
    buckets = [line.split(" ") for line in figures.splitlines() if "gateway_logs_api_seek_steps_bucket" in line]
    counts = {name.partition('le="')[2].partition('"')[0]: count for name, count in buckets}

    assert counts["8.0"] == counts["+Inf"], counts
