"""The logs before and after a log: each on one side, in the order of time."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.envelope import assert_envelope
from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS

# Twelve logs, three at each moment, of two tokens that take turns; the last ones are another group's.
EVENTS = [
    {
        "id": number,
        "created_at": NOON_MS + number // 3 * 1000,
        "group": "ns-a" if number < 10 else "ns-b",
        "token_name": f"token-{number % 2}",
        "user": "alice" if number == 5 else "",
        "channel": 0,
        "code": 200,
    }
    for number in range(1, 13)
]


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on these logs."""
    module_logs.store(EVENTS)
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def sides(api: RunningApi, path: str, **params: Any) -> tuple[list[int], list[int]]:
    answer = api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    before, after = ([log["id"] for log in answer.json()["data"][side]] for side in ("before", "after"))
    return before, after


def neighbours(api: RunningApi, path: str, **params: Any) -> list[int]:
    before, after = sides(api, path, **params)
    return sorted([*before, *after])


def test_every_log_is_on_one_side_also_at_the_same_moment(api: RunningApi) -> None:
    before, after = sides(api, "/api/logs/neighbours/7", by="any", size=50)

    assert sorted([*before, 7, *after]) == list(range(1, 13))
    assert max(number // 3 for number in before) <= 2 <= min(number // 3 for number in after)


def test_neighbours_are_oldest_first_and_without_gaps(api: RunningApi) -> None:
    all_before, all_after = sides(api, "/api/logs/neighbours/7", by="any", size=50)
    whole = [*all_before, 7, *all_after]
    at = whole.index(7)

    assert sides(api, "/api/logs/neighbours/7", by="any", size=2) == (whole[at - 2 : at], whole[at + 1 : at + 3])


def test_they_share_what_the_request_says(api: RunningApi) -> None:
    assert neighbours(api, "/api/logs/neighbours/7") == [1, 3, 5, 9]
    assert neighbours(api, "/api/logs/neighbours/5", by="user") == []
    assert neighbours(api, "/api/logs/neighbours/11", by="user") == [10, 12]
    assert neighbours(api, "/api/logs/neighbours/7", by="channel", only="group:ns-b") == [10, 11, 12]


def test_a_path_of_a_group_shows_no_other_groups_logs(api: RunningApi) -> None:
    assert neighbours(api, "/api/log/ns-b/neighbours/11", by="any") == [10, 12]
    assert_envelope(api.get("/api/log/ns-b/neighbours/7"), 404)
    assert_envelope(api.get("/api/logs/neighbours/99"), 404)
    assert_envelope(api.get("/api/logs/neighbours/x"), 400)
    assert_envelope(api.get("/api/logs/neighbours/7?by=nothing"), 400)
