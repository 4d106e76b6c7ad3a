"""Indices of version 2 are searched, shown and exported beside those of today, on real Elasticsearch."""

# ruff: noqa: RUF001  # full-width characters are what is tested

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mappings.version_2.index import BODY_2
from tests.api.search.older import store_in_version_2
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.sample import ALL, EVENTS
from tests.support.servers import Servers

OLDER = 100  # added to the ids of logs in older indices


def older(event: Event) -> Event:
    return {**event, "id": event["id"] + OLDER}


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> Logs:
    """The sample, once in indices of each version; two days, so there are two indices of each."""
    module_logs.store([{**event, "upstream_id": f"up-{event['id']}"} for event in EVENTS])
    store_in_version_2(module_logs, [older({**event, "upstream_id": f"up-{event['id']}"}) for event in EVENTS])
    return module_logs


@pytest.fixture(scope="module")
def api(servers: Servers, stored: Logs) -> Iterator[RunningApi]:
    """The API on both."""
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored.alias}) as api:
        yield api


def test_the_older_indices_have_their_own_mapping(stored: Logs) -> None:
    found = stored.client.indices.get(index=f"{stored.alias}-*-v2").body

    texts = {name for name, field in BODY_2["mappings"]["properties"].items() if field.get("type") == "text"}
    assert len(found) == 2
    assert all("log_body" in index["settings"]["index"]["analysis"]["analyzer"] for index in found.values())
    assert all("text" not in index["mappings"]["properties"]["gateway_logs"]["properties"] for index in found.values())
    assert texts == {"content"}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("timeout", [2]),
        ("ＴＩＭＥＯＵＴ", [2]),
        ("api.openai.com", [2]),
        ("openai.com.api", []),
        ("max_tokens", [5]),
        ('"two words"', [6]),
        ('"two x"', []),
        ("“two words”", [6]),
        ("超时错误", [3]),
        ("错误超时", [4]),
        ("第3章", [4]),
        ("カナテス", [5]),
        ("이터", [5]),
        ("호출API", [5]),
        ("second", [5]),
        ("nsecond", []),
        (r"line\nsecond", [5]),
        ("🙂", [5]),
        ("-timeout", [1, 3, 4, 5, 6]),
        ("超时 -错误超时", [3]),
        ('two -"two words"', []),
        ("-超时 -two", [1, 2, 5]),
        ("time*", [2, 6]),
        ("api.ope*", [2]),
        ("max_ok*", []),
        ("-time*", [1, 3, 4, 5]),
        ("第3*", [4]),
        ("gpt-4o", [1, 2]),
        ("my token", [1]),
        ("10.0.0.7", [1]),
        ("???", ALL),
        ("absent", []),
    ],
)
def test_a_query_finds_the_logs_of_both_versions(api: RunningApi, query: str, ids: list[int]) -> None:
    assert api.ids(query=query) == [*ids, *(number + OLDER for number in ids)]


def shown(api: RunningApi) -> dict[int, Any]:
    return {log["id"]: log for log in api.search(per_page=100)["logs"]}


def test_a_log_is_shown_the_same_from_both(api: RunningApi) -> None:
    logs = shown(api)

    assert all(logs[number + OLDER] == {**logs[number], "id": number + OLDER} for number in ALL)
    assert all("gateway_logs" not in log for log in logs.values())


def test_an_export_holds_both(api: RunningApi) -> None:
    lines = api.get("/api/logs/export?format=ndjson&include_detail=true&query=second").text.splitlines()

    assert sorted(json.loads(line)["id"] for line in lines) == [5, 5 + OLDER]


def test_a_match_is_highlighted_in_both(api: RunningApi) -> None:
    data = api.search(query="second 데이터", highlight="true")

    first, second = data["highlights"]
    assert first == second
    assert first["fragments"]["response_body"][0].count("<em>second</em>") == 1


def test_the_upstream_id_is_found_where_it_is_indexed_only(api: RunningApi) -> None:
    assert api.ids(upstream_id="up-3") == [3]
    assert shown(api)[3 + OLDER]["upstream_id"] == "up-3"
