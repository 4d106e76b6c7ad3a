"""What the panels of this family of gateways ask and read: docs/panels.md says how to point them here."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mappings.event import Usage
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS

KEY = "panel-key"
BODIES = {"request_body": '{"model":"gpt-4o"}', "response_body": "data: {}"}
CALL: Event = {
    "id": 1,
    "request_id": "1795521600000001",
    "created_at": NOON_MS,
    "request_at": NOON_MS - 1500,
    "group": "ns-a",
    "model": "gpt-4o",
    "token_name": "default",
    "endpoint": "/v1/chat/completions",
    "channel": 3,
    "code": 429,
    "content": "rate limit",
    "upstream_id": "up-1",
    "metadata": {"team": "search", "empty": None},
    "usage": {"input_tokens": 12, "output_tokens": 30, "total_tokens": 42},
    "request_detail": {"id": 7, "log_id": 1, "response_body_truncated": True, **BODIES},
}
BARE: Event = {"id": 2, "created_at": NOON_MS + 1000, "group": "ns-a", "code": 200}

# What the rows of the reference panel's list and their details read, with the type that its code computes with.
READ_OF_A_LOG: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("id", "channel", "code", "mode", "token_id", "retry_times", "ttfb_milliseconds"), int),
    **dict.fromkeys(("request_id", "group", "model", "token_name", "endpoint", "user", "ip", "content"), str),
    **dict.fromkeys(("created_at", "request_at", "retry_at"), int),
    **dict.fromkeys(("metadata", "price", "usage", "request_detail"), dict),
    "used_amount": (int, float),
}
READ_OF_A_DETAIL: Mapping[str, type] = {
    "id": int,
    "log_id": int,
    "request_body": str,
    "response_body": str,
    "request_body_truncated": bool,
    "response_body_truncated": bool,
}
EXPORT = (
    "model_name=gpt-4o&request_id=1795521600000001&upstream_id=up-1&ip=&user=&code=429&code_type=all&order=desc"
    "&timezone=Asia/Shanghai&include_channel=true&include_retry_at=true&max_entries=10000&chunk_interval=30m"
    f"&start_timestamp={NOON_MS - 5000}&end_timestamp={NOON_MS + 5000}"
)


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API as docs/panels.md sets it up for them."""
    module_logs.store([CALL, BARE])
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api({**store, "API_ADMIN_KEYS": KEY, "API_TIMES": "epoch_ms"}) as api:
        api.client.headers["Authorization"] = KEY
        yield api


def data(api: RunningApi, path: str) -> Any:
    answer = api.get(path)
    assert (answer.status_code, answer.json()["success"], answer.json()["message"]) == (200, True, ""), answer.text
    return answer.json()["data"]


def kinds(found: Mapping[str, Any], read: Mapping[str, Any]) -> dict[str, bool]:
    """Tell of each name whether it is there with its type; True is no number."""
    return {
        name: isinstance(found[name], kind) and (kind is bool or found[name] is not True) for name, kind in read.items()
    }


@pytest.mark.parametrize(
    "path",
    [
        "/api/logs/search?page=1&per_page=10&model_name=gpt-4o&channel=3&code_type=error&keyword=gpt-4o",
        "/api/log/ns-a/search?page=1&per_page=10&token_name=default&keyword=rate%20limit",
        # Sealos: the namespace is the group, every filter is sent.
        "/api/log/ns-a/search?p=1&per_page=10&token_name=&model_name=&keyword=&code_type=error&result_only=true",
        "/api/logs?request_id=1795521600000001",
        "/api/log/ns-a?channel=3",
        "/api/logs/?upstream_id=up-1",
    ],
)
def test_a_list_has_what_its_rows_read(api: RunningApi, path: str) -> None:
    found = data(api, f"{path}&start_timestamp={NOON_MS - 5000}&end_timestamp={NOON_MS + 5000}")
    [log] = found["logs"]

    assert set(found) == {"logs", "total", "channels", "models", "token_names"}
    assert (found["total"], found["channels"], found["models"], found["token_names"]) == (
        1,
        [3],
        ["gpt-4o"],
        ["default"],
    )
    assert all(kinds(log, READ_OF_A_LOG).values()), kinds(log, READ_OF_A_LOG)
    assert set(log["usage"]) == set(Usage.__struct_fields__)
    assert log["metadata"] == {"team": "search", "empty": ""}
    assert (log["created_at"] - log["request_at"], log["retry_at"], log["upstream_id"]) == (1500, 0, "up-1")


@pytest.mark.parametrize("path", ["/api/logs/detail/1", "/api/log/ns-a/detail/1"])
def test_a_detail_has_the_bodies_where_the_panels_read_them(api: RunningApi, path: str) -> None:
    found = data(api, path)

    assert all(kinds(found, READ_OF_A_DETAIL).values()), kinds(found, READ_OF_A_DETAIL)
    assert {name: found[name] for name in BODIES} == BODIES
    assert (found["log_id"], found["request_body_truncated"], found["response_body_truncated"]) == (1, False, True)


def test_a_log_without_details_has_them_empty(api: RunningApi) -> None:
    found = data(api, "/api/logs/detail/2")

    assert (found["log_id"], found["request_body"], found["response_body"]) == (2, "", "")


@pytest.mark.parametrize("path", ["/api/logs/export", "/api/log/ns-a/export"])
@pytest.mark.parametrize("include_detail", ["", "&include_detail=false", "&include_detail=true"])
def test_the_export_dialog_gets_its_file(api: RunningApi, path: str, include_detail: str) -> None:
    answer = api.get(f"{path}?{EXPORT}{include_detail}")
    [row] = csv.DictReader(io.StringIO(answer.text))

    assert "x-export-message" not in answer.headers
    assert (row["id"], row["channel"], row["created_at"]) == ("1", "3", "2026-11-24T20:00:00.000+08:00")
    assert row.get("request_detail.request_body") == (BODIES["request_body"] if "true" in include_detail else None)


def test_a_page_without_a_key_is_told_so_and_one_that_is_not_there_is_empty(api: RunningApi) -> None:
    refused = api.client.get("/api/logs/search", headers={"Authorization": "wrong"})

    assert (refused.status_code, refused.json()["success"]) == (401, False)
    assert data(api, "/api/log/nobody/search?page=9") == {
        "logs": [],
        "total": 0,
        "channels": [],
        "models": [],
        "token_names": [],
    }


def test_times_are_integers_on_every_route_that_answers_logs(api: RunningApi, module_logs: Logs) -> None:
    around = data(api, "/api/logs/neighbours/1?by=any")
    lines = api.get("/api/logs/export?format=ndjson&order=asc").text.splitlines()
    with tailing(api, "/api/logs/tail", Authorization=KEY) as tail:
        module_logs.store([{**BARE, "id": 3}])
        tail.wait_for(1)
    logs = [
        around["log"],
        *around["after"],
        *map(json.loads, lines),
        tail.events[-1].data,
        data(api, "/api/logs/detail/2"),
    ]

    assert [(log["id"], log["created_at"], log["request_at"]) for log in logs] == [
        *[(1, NOON_MS, NOON_MS - 1500), (2, NOON_MS + 1000, 0)] * 2,
        (3, NOON_MS + 1000, 0),
        (2, NOON_MS + 1000, 0),
    ]


def test_an_event_stream_of_a_browser_sends_its_key_and_its_position_as_parameters(
    api: RunningApi, module_logs: Logs
) -> None:
    with tailing(api, f"/api/logs/tail?key={KEY}", Authorization="") as tail:
        module_logs.store([{**BARE, "id": 4}])
        tail.wait_for(1)
        position = tail.events[-1].id
    module_logs.store([{**BARE, "id": 5}])
    with tailing(api, f"/api/logs/tail?lastEventId={position}&key=sk-{KEY}", Authorization="") as resumed:
        resumed.wait_for(1)

    assert resumed.logs == [5]
    assert resumed.events[0].data == {"message": ""}


@pytest.mark.parametrize("header", [KEY, f"Bearer {KEY}", f"Bearer sk-{KEY}", f"sk-{KEY}", f"bearer  {KEY}"])
def test_a_key_is_taken_in_every_form_that_panels_send(api: RunningApi, header: str) -> None:
    assert api.get("/api/logs/search", headers={"Authorization": header}).status_code == 200
