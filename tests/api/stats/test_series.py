"""Bars of single values: of those with the highest amounts, with the others they add up to the histogram."""

import math
from collections.abc import Iterator
from typing import Any

import pytest

from mappings.instant import DAY_MS
from tests.api.envelope import assert_envelope
from tests.api.stats.test_stats import EVENTS, HOUR_MS, stats
from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS

BEFORE_NOON: dict[str, Any] = {"end_timestamp": NOON_MS - 1}  # the events; single tests add logs at noon


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the events of the tests of stats."""
    module_logs.store(EVENTS)
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def amounts_by(field: str) -> dict[Any, float]:
    """Return the sum of the amounts of each value of a field."""
    values = {event[field] for event in EVENTS}
    return {
        value: math.fsum(event["used_amount"] for event in EVENTS if event[field] == value) for value in values if value
    }


def assert_adds_up(found: Any) -> None:
    """Check that in each bar the series and the others together are what the histogram says."""
    lists = [*found["series"]["values"], found["series"]["other"]]
    bars = found["histogram"]
    for name, of_a_bar in (("count", "total"), ("total_tokens", "total_tokens")):
        together = [sum(each) for each in zip(*(one[name] for one in lists), strict=True)]
        assert together == [bar[of_a_bar] for bar in bars]
    amounts = [math.fsum(each) for each in zip(*(one["used_amount"] for one in lists), strict=True)]
    assert amounts == pytest.approx([bar["used_amount"] for bar in bars], rel=1e-12)


@pytest.mark.parametrize("by", ["model", "channel", "token_name", "user", "group"])
def test_the_series_of_a_field_are_its_highest_values_and_add_up_to_the_bars(api: RunningApi, by: str) -> None:
    found = stats(api, by=by, **BEFORE_NOON)
    amounts = amounts_by(by)
    highest = sorted(amounts, key=lambda value: -amounts[value])[:10]
    sums = [math.fsum(one["used_amount"]) for one in found["series"]["values"]]

    assert (found["series"]["by"], [one["value"] for one in found["series"]["values"]]) == (by, highest)
    assert sums == pytest.approx([amounts[value] for value in highest], rel=1e-9)
    assert len(found["series"]["other"]["count"]) == len(found["histogram"]) == 72
    assert_adds_up(found)


def test_logs_without_a_value_are_among_the_others(api: RunningApi) -> None:
    found = stats(api, by="user", exclude="user:eve", **BEFORE_NOON)

    assert [one["value"] for one in found["series"]["values"]] == ["王芳"]
    assert sum(found["series"]["other"]["count"]) == sum(not event["user"] for event in EVENTS)


def test_there_are_as_many_series_as_entries_in_a_top_list_and_ten_at_most(api: RunningApi) -> None:
    def number(size: int) -> int:
        found = stats(api, by="token_name", size=size, **BEFORE_NOON)
        assert_adds_up(found)
        return len(found["series"]["values"])

    assert [number(size) for size in (2, 12, 0)] == [2, 10, 10]


def test_series_have_the_window_zone_and_filters_of_the_bars_beside_a_comparison(api: RunningApi) -> None:
    days = {"start_timestamp": NOON_MS - 2 * DAY_MS, "interval": "1d", "timezone": "Asia/Shanghai"}
    params: dict[str, Any] = {**BEFORE_NOON, **days, "code_type": "error", "exclude": "model:model-0"}
    found = stats(api, by="model", compare="true", **params)

    assert len(found["histogram"]) == len(found["series"]["other"]["count"]) == 3
    assert sorted(one["value"] for one in found["series"]["values"]) == [f"model-{number}" for number in range(1, 7)]
    assert sum(sum(one["count"]) for one in found["series"]["values"]) == found["total"]
    assert found["previous"] == stats(api, compare="true", **params)["previous"]
    assert_adds_up(found)


def test_a_window_of_one_bar_has_lists_of_one_entry(api: RunningApi) -> None:
    moment = EVENTS[0]["created_at"]
    found = stats(api, by="channel", start_timestamp=moment, end_timestamp=moment)

    assert (len(found["histogram"]), len(found["series"]["other"]["count"])) == (1, 1)
    assert_adds_up(found)


def test_a_window_without_logs_has_bars_and_no_series(api: RunningApi) -> None:
    found = stats(api, by="model", interval="1h", start_timestamp=NOON_MS + 1, end_timestamp=NOON_MS + 2 * HOUR_MS)

    assert (found["series"]["values"], found["series"]["other"]["count"]) == ([], [0, 0, 0])
    assert_adds_up(found)


def test_of_no_logs_at_all_there_are_no_series_either(api: RunningApi) -> None:
    empty: dict[str, list[int]] = {"count": [], "used_amount": [], "total_tokens": []}

    assert stats(api, "/api/log/nobody/stats", by="model")["series"] == {"by": "model", "values": [], "other": empty}


def test_logs_that_all_lack_the_field_are_others(api: RunningApi, module_logs: Logs) -> None:
    module_logs.store([{"id": 1, "created_at": NOON_MS, "group": "nameless"}])
    found = stats(api, "/api/log/nameless/stats", by="channel")

    assert (found["series"]["values"], found["series"]["other"]["count"]) == ([], [1])


def test_a_group_sees_series_of_its_own_logs_only_and_none_by_group(api: RunningApi) -> None:
    found = stats(api, "/api/log/ns-1/stats", by="user")
    mine = [event for event in EVENTS if event["group"] == "ns-1" and event["user"]]

    assert sum(sum(one["count"]) for one in found["series"]["values"]) == len(mine)
    assert_adds_up(found)
    assert_envelope(api.get("/api/log/ns-1/stats?by=group"), 400)


def test_values_without_amounts_are_ranked_by_their_logs(api: RunningApi, module_logs: Logs) -> None:
    free = [{"id": n, "created_at": NOON_MS, "group": "free", "model": "b" if n else "a"} for n in range(3)]
    module_logs.store(free)
    found = stats(api, "/api/log/free/stats", by="model")

    assert [(one["value"], one["count"]) for one in found["series"]["values"]] == [("b", [2]), ("a", [1])]
    assert [one["value"] for one in found["top"]["model"]["by_amount"]] == ["b", "a"]


def test_series_of_a_moment_are_those_of_its_logs(api: RunningApi, module_logs: Logs) -> None:
    log = {"created_at": NOON_MS, "group": "moment", "model": "a"}
    module_logs.store([{**log, "id": 1}])
    as_of = api.search(group="moment", as_of="now")["as_of"]
    module_logs.store([{**log, "id": 2, "used_amount": 5, "model": "b"}])
    found = stats(api, "/api/log/moment/stats", by="model", as_of=as_of)

    assert [(one["value"], one["count"]) for one in found["series"]["values"]] == [("a", [1])]
