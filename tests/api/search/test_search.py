"""Both routes over HTTP on real Elasticsearch: the table of parameters in docs/api.md, line by line."""

# ruff: noqa: RUF001  # full-width characters are what is tested

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.sample import ALL, EVENTS
from tests.support.servers import Servers
from tests.support.times import NOON_MS


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the events above, which all tests of this file read."""
    module_logs.store(EVENTS)
    settings = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api(settings) as api:
        yield api


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({}, ALL),
        ({"model_name": "gpt-4o"}, [1, 2]),
        ({"model_name": "gpt"}, []),
        ({"token_name": "my token"}, [1]),
        ({"group": "ns/b 组"}, [3, 4]),
        ({"request_id": "1795521600000001"}, [1]),
        ({"user": "alice@example.com"}, [1]),
        ({"endpoint": "/v1/chat/completions"}, [1]),
        ({"code_type": "success"}, [1, 5]),
        ({"code_type": "error"}, [2, 3, 4, 6]),
        ({"code_type": "all"}, ALL),
        ({"code": "429"}, [3]),
        ({"code": "0"}, [4, 6]),
        ({"code": "200", "code_type": "error"}, []),
        ({"channel": "3"}, [1]),
        ({"channel": "0"}, [3, 4, 5, 6]),
        ({"token_id": "11"}, [1]),
        ({"token_id": "0"}, [2, 3, 4, 5, 6]),
        ({"ip": "10.0.0.7"}, [1]),
        ({"ip": "10.0.0.0/8"}, [1]),
        ({"ip": "10.0.0.1/8"}, [1]),
        ({"ip": "::ffff:10.0.0.0/104"}, [1]),
        ({"ip": "::ffff:10.0.0.7/128"}, [1]),
        ({"ip": "::ffff:10.0.0.7"}, [1]),
        ({"ip": "2001:db8::/32"}, [2]),
        ({"ip": "2001:0db8:0::7"}, [2]),
        ({"ip": "unknown"}, [3]),
        ({"ip": "fe80::1%eth0"}, []),
        ({"start_timestamp": NOON_MS}, [1, 2, 3, 4]),
        ({"end_timestamp": NOON_MS}, [1, 5, 6]),
        ({"start_timestamp": NOON_MS, "end_timestamp": NOON_MS}, [1]),
        ({"start_timestamp": "2026-11-24T12:00:00.500Z", "end_timestamp": NOON_MS + 500}, [2]),
        ({"start_timestamp": NOON_MS, "end_timestamp": NOON_MS - 1}, []),
        ({"start_timestamp": "0001-01-01T00:00:00Z", "end_timestamp": "9999-12-31T23:59:59.999Z"}, ALL),
        ({"group": "ns-a", "code_type": "error", "query": "timeout"}, [2]),
        ({"model_name": "a\u0000b", "user": "\ufffd"}, []),
        ({"user": "x" * 40_000}, []),
    ],
)
def test_a_filter_finds_exactly_its_logs(api: RunningApi, params: dict[str, Any], ids: list[int]) -> None:
    data = api.search(per_page=100, **params)

    assert (sorted(log["id"] for log in data["logs"]), data["total"]) == (ids, len(ids))


@pytest.mark.parametrize("group", ["ns-a", "ns/b 组", "ns-c", "nobody", "a%2Fb", "search", "-", "a\nb", "?#"])
def test_a_group_sees_its_own_logs_only(api: RunningApi, group: str) -> None:
    answer = api.get(f"/api/log/{quote(group, safe='')}/search", params={"query": "-nothing", "per_page": 100})
    expected = [event["id"] for event in EVENTS if event["group"] == group]

    assert answer.status_code == 200
    assert sorted(log["id"] for log in answer.json()["data"]["logs"]) == expected


def test_the_menus_offer_what_the_group_and_the_time_hold_whatever_else_is_filtered(api: RunningApi) -> None:
    data = api.search(group="ns-a", query="timeout", page=7)

    assert data == {
        "logs": [],
        "total": 1,
        "channels": [3, 4],
        "models": ["gpt-4o"],
        "token_names": ["my token"],
    }


def test_the_menus_are_narrowed_by_the_time_window(api: RunningApi) -> None:
    data = api.search(end_timestamp=NOON_MS - 1, code_type="success")

    assert (data["channels"], data["models"], data["token_names"]) == ([], ["ＧＰＴ"], [])


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("created_at-desc", [4, 3, 2, 1]),
        ("created_at-asc", [1, 2, 3, 4]),
        ("id-desc", [4, 3, 2, 1]),
        ("id-asc", [1, 2, 3, 4]),
    ],
)
def test_logs_come_in_the_order_asked_for(api: RunningApi, order: str, ids: list[int]) -> None:
    data = api.search(order=order, start_timestamp=NOON_MS)

    assert [log["id"] for log in data["logs"]] == ids


@pytest.mark.parametrize("order", ["request_at-desc", "request_at-asc"])
def test_logs_without_the_field_sorted_by_come_last(api: RunningApi, order: str) -> None:
    assert api.search(order=order)["logs"][0]["id"] == 1


@pytest.mark.parametrize(("name", "value"), [("include_detail", "false"), ("with_body", "0")])
def test_bodies_are_left_out_on_request_and_flags_stay(api: RunningApi, name: str, value: str) -> None:
    [log] = api.search(**{name: value}, query="second")["logs"]

    assert log["request_detail"] == {
        "id": 50,
        "log_id": 0,
        "request_body_truncated": False,
        "response_body_truncated": True,
    }


def test_what_was_not_used_is_said_in_the_message(api: RunningApi) -> None:
    answer = api.get("/api/logs/search", params={"modelname": "x", "query": "??? timeout"}).json()

    assert answer["message"] == (
        "unknown parameters ignored: modelname; query terms ignored (no searchable characters): ???"
    )
