"""Every page opens, however deep, and walking through pages gives each log once, in order."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from conftest import Event, Logs, RunningApi, Servers, running_api

NOON_MS = 1_795_521_600_000
HOUR_MS = 3_600_000
CROWD = 15_000  # logs of one millisecond: more than `from` and `size` reach
OTHERS = 6_000


def _event(number: int) -> Event:
    """Return a small log: a crowd in one millisecond, others around it over three days."""
    random = Random(number)
    is_crowd = number < CROWD
    created_at = NOON_MS if is_crowd else NOON_MS + random.randrange(-36 * HOUR_MS, 36 * HOUR_MS)
    event: Event = {"id": number * 7 + 2**60, "created_at": created_at, "group": "crowd" if is_crowd else "others"}
    if number % 2:  # request_at is as optional as id
        event["request_at"] = created_at - random.randrange(5000)
    return event


EVENTS = [_event(number) for number in range(CROWD + OTHERS)]
TOTAL = len(EVENTS)


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the events above."""
    for start in range(0, TOTAL, 5000):
        module_logs.store(EVENTS[start : start + 5000])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def page(api: RunningApi, number: int, **params: Any) -> list[int]:
    return [log["id"] for log in api.search(page=number, per_page=100, **params)["logs"]]


@pytest.mark.parametrize("order", ["created_at-desc", "created_at-asc"])
def test_all_pages_together_are_every_log_once_in_order(api: RunningApi, order: str) -> None:
    found = [log for number in range(1, TOTAL // 100 + 2) for log in page(api, number, order=order)]
    moments = {event["id"]: event["created_at"] for event in EVENTS}
    times = [moments[log] for log in found]

    assert sorted(found) == sorted(moments)
    assert times == sorted(times, reverse=order == "created_at-desc")


@pytest.mark.parametrize("number", [1, 99, 100, 101, 137, 155, 180, 209, 210])
@pytest.mark.parametrize("order", ["id-desc", "id-asc"])
def test_a_page_by_id_holds_exactly_its_logs(api: RunningApi, order: str, number: int) -> None:
    ids = sorted((event["id"] for event in EVENTS), reverse=order == "id-desc")

    assert page(api, number, order=order) == ids[(number - 1) * 100 : number * 100]


@pytest.mark.parametrize("order", ["request_at-desc", "request_at-asc"])
def test_deep_pages_go_on_among_the_logs_without_the_field_sorted_by(api: RunningApi, order: str) -> None:
    having = [event["id"] for event in EVENTS if "request_at" in event]
    pages = range(104, 108)  # the last of the logs with request_at, and the first without
    found = [log for number in pages for log in page(api, number, order=order)]
    behind = [log for number in range(109, 211, 20) for log in page(api, number, order=order)]

    assert len(set(found)) == 400
    assert set(found[:200]) < set(having)
    assert set(found[200:]).isdisjoint(having)
    assert len(set(behind)) == 600
    assert set(behind).isdisjoint([*having, *found])


def test_deep_pages_keep_to_the_filters(api: RunningApi) -> None:
    found = [log for number in range(95, 151) for log in page(api, number, group="crowd")]

    assert len(set(found)) == 5600
    assert set(found) < {event["id"] for event in EVENTS[:CROWD]}


def test_the_same_page_is_the_same_in_small_and_large_steps(api: RunningApi) -> None:
    large = page(api, 151)
    small = [log["id"] for number in (1501, 1502) for log in api.search(page=number, per_page=10)["logs"]]

    assert small == large[:20]


@pytest.mark.parametrize("number", [TOTAL // 100 + 1, 10**9, 10**30])
def test_past_the_end_there_are_no_logs_and_the_true_total(api: RunningApi, number: int) -> None:
    data = api.search(page=number, per_page=100)

    assert (data["logs"], data["total"]) == ([], TOTAL)


def test_the_last_page_holds_the_rest(api: RunningApi) -> None:
    data = api.search(page=TOTAL // 99 + 1, per_page=99)

    assert len(data["logs"]) == TOTAL % 99


def test_a_deep_page_is_reached_in_few_steps(api: RunningApi) -> None:
    page(api, 200)
    figures = api.get("/metrics").text
    steps = [line for line in figures.splitlines() if line.startswith("gateway_logs_api_seek_steps_bucket")]

    assert steps[-4].rpartition(" ")[2] == steps[-1].rpartition(" ")[2], steps  # all within 8
