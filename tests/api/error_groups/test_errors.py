"""Failed requests in groups of the same message, with exact figures of what was read."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS
from tests.support.waiting import LONG_S


def _event(number: int) -> Event:
    """Return a log: of ten, five succeed, three are limited, one has no message, one failed otherwise."""
    kind = number % 10
    limited = f"limit {number}, please try again in {number} seconds"
    content = {5: limited, 6: limited, 7: limited, 8: "", 9: "upstream closed the connection"}.get(kind, "fine")
    return {
        "id": number,
        "request_id": f"request-{number}",
        "created_at": NOON_MS + number * 1000,
        "group": f"ns-{number % 2}",
        "model": "gpt-4o",
        "channel": kind,
        "code": 200 if kind < 5 else 429 if kind < 8 else 500,
        "content": content,
    }


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on 100 logs, half of them errors."""
    module_logs.store([_event(number) for number in range(100)])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def errors(api: RunningApi, path: str = "/api/logs/errors", **params: Any) -> Any:
    answer = api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_errors_with_the_same_message_are_one_group(api: RunningApi) -> None:
    found = errors(api)
    first = found["errors"][0]

    assert (found["total"], found["read"], found["distinct"]) == (50, 50, 3)
    assert [(one["message"], one["count"]) for one in found["errors"]] == [
        ("limit <n>, please try again in <n> seconds", 30),
        ("upstream closed the connection", 10),
        ("", 10),
    ]
    assert sum(first["bars"]) == 30
    assert first == {
        "message": "limit <n>, please try again in <n> seconds",
        "query": '"please try again in"',
        "count": 30,
        "share": 0.6,
        "first": "2026-11-24T12:00:05.000Z",
        "last": "2026-11-24T12:01:37.000Z",
        "bars": first["bars"],
        "channel": {"values": [{"value": kind, "count": 10} for kind in (7, 6, 5)], "distinct": 3},
        "model": {"values": [{"value": "gpt-4o", "count": 30}], "distinct": 1},
        "group": {"values": [{"value": "ns-1", "count": 20}, {"value": "ns-0", "count": 10}], "distinct": 2},
        "code": {"values": [{"value": 429, "count": 30}], "distinct": 1},
        "example": {
            "id": 97,
            "request_id": "request-97",
            "content": "limit 97, please try again in 97 seconds",
        },
    }


def test_large_errors_are_read_as_far_as_they_fit_and_cost_a_bounded_part_of_memory(
    servers: Servers, logs: Logs
) -> None:
    for begin in range(0, 80, 20):
        logs.store([_large(number) for number in range(begin, begin + 20)])
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": logs.alias, "API_SEARCH_TIMEOUT_S": "120"}
    with running_api(store) as api, ThreadPoolExecutor(4) as clients:
        before_mb = api.highest_rss_mb()
        answers = list(clients.map(lambda path: api.get(path, timeout=LONG_S).json(), ["/api/logs/errors"] * 4))
        more_mb = api.highest_rss_mb() - before_mb

    found = answers[0]["data"]
    assert [answer["data"]["read"] for answer in answers] == [found["read"]] * 4
    assert (found["total"], found["distinct"]) == (80, 1)
    assert 1 <= found["read"] < 80
    assert f"the newest {found['read']} of 80 were read" in answers[0]["message"]
    assert len(found["errors"][0]["example"]["content"]) == 2_000
    assert more_mb < 150  # their messages alone are 320 MB


def _large(number: int) -> Event:
    return {**_event(9), "id": number, "created_at": NOON_MS + number, "content": "x" * 1_000_000}


def test_the_answer_says_how_far_back_it_read(api: RunningApi) -> None:
    found = errors(api, sample=10)

    assert (found["total"], found["read"], found["start"]) == (50, 10, "2026-11-24T12:01:25.000Z")
    assert sum(one["count"] for one in found["errors"]) == 10


def test_a_groups_errors_name_no_group(api: RunningApi) -> None:
    found = errors(api, "/api/log/ns-0/errors")

    assert found["total"] == 20
    assert all("group" not in one for one in found["errors"])


def test_filters_apply_and_success_is_never_an_error(api: RunningApi) -> None:
    assert errors(api, only="channel:9")["total"] == 10
    assert errors(api, code=200)["errors"] == []
    assert errors(api, size=1)["distinct"] == 3
    assert len(errors(api, size=1)["errors"]) == 1


def test_the_query_of_a_group_finds_its_logs(api: RunningApi) -> None:
    first = errors(api)["errors"][0]

    assert api.search(query=first["query"], code_type="error")["total"] == first["count"]
