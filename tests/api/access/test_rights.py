"""What a key may do: end, read bodies, export; and what is said where it may not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.envelope import assert_envelope
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

SECRET = "zebra"  # in the bodies alone
WITHHELD = "this key may not read bodies: they are neither answered nor searched"
KEYS = {
    "ns": [
        {"name": "panel", "key": "no-bodies", "bodies": False},
        {"name": "app", "key": "no-export", "export": False},
        {"name": "old", "key": "ended", "ends": "2020-12-31"},
        {"name": "new", "key": "not-ended", "ends": "9998-12-31"},
        "plain",
    ],
    "other": [{"name": "both", "key": "plain"}],
}
ADMINS = [{"name": "ops", "key": "ops"}, {"name": "auditor", "key": "auditor", "bodies": False}]


def _event(number: int, content: str = "horse") -> dict[str, Any]:
    bodies = {"request_body": f'{{"q":"{SECRET} one"}}', "response_body": f"{SECRET} two"}
    detail = {"id": number, "log_id": number, "response_body_truncated": True, **bodies}
    known = {"id": number, "request_id": f"r-{number}", "created_at": NOON_MS + number, "group": "ns", "code": 200}
    return {**known, "content": content, "model": "gpt-4o", "request_detail": detail}


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApi]:
    module_logs.store([_event(1), _event(2)])
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    file.write_text(json.dumps({"groups": KEYS, "admins": ADMINS}))
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api({**store, "API_GROUP_KEYS_FILE": str(file)}) as api:
        yield api


def get(api: RunningApi, key: str, path: str, **params: Any) -> Any:
    return api.get(path, params=params, headers={"Authorization": key})


def routes(api: RunningApi) -> list[str]:
    """Return every path of logs that ends."""
    paths = api.get("/openapi.json").json()["paths"]
    return [path for path in paths if path.startswith("/api/") and not path.endswith("/tail")]


@pytest.mark.parametrize(
    ("key", "path", "status"),
    [
        ("ops", "/api/logs/search", 200),
        ("ops", "/api/logs/export", 200),
        ("auditor", "/api/logs/export", 200),
        ("no-export", "/api/log/ns/search", 200),
        ("no-export", "/api/log/ns/tail", 200),
        ("no-export", "/api/log/ns/export", 403),
        ("not-ended", "/api/log/ns/search", 200),
        ("ended", "/api/log/ns/search", 401),
        ("plain", "/api/log/ns/export", 200),
        ("plain", "/api/log/other/search", 200),
        ("plain", "/api/log/admins/search", 403),
    ],
)
def test_a_key_opens_what_its_entry_says(api: RunningApi, key: str, path: str, status: int) -> None:
    with api.client.stream("GET", path, headers={"Authorization": key}) as answer:
        assert answer.status_code == status
        if status >= 400:
            answer.read()
            assert_envelope(answer, status)


@pytest.mark.parametrize("key", ["no-bodies", "auditor"])
@pytest.mark.parametrize("more", [{}, {"include_detail": "true"}, {"with_body": "true"}, {"highlight": "true"}])
def test_no_route_gives_a_body_to_a_key_that_may_not_read_it(api: RunningApi, key: str, more: dict[str, str]) -> None:
    for path in routes(api):
        for query in ("", "horse"):
            for form in ({}, {"format": "ndjson"}, {"columns": "id,request_detail.request_body"}):
                params = {**more, **form, "query": query, "request_id": "r-1"}
                answer = get(api, key, path.format(group="ns", id=1), **params)

                assert answer.status_code in (200, 403), (path, answer.text)
                assert SECRET not in answer.text, (path, params)


@pytest.mark.parametrize("query", [SECRET, f'"{SECRET} one"', f"{SECRET[:3]}*", f"horse {SECRET}", f"-{SECRET}"])
def test_a_key_that_may_not_read_bodies_cannot_spell_them_by_searching(api: RunningApi, query: str) -> None:
    search, facets, stats = (
        get(api, "no-bodies", f"/api/log/ns/{route}", query=query).json() for route in ("search", "facets", "stats")
    )
    export = get(api, "no-bodies", "/api/log/ns/export", query=query, format="ndjson")
    found = [search["data"]["total"], facets["data"]["total"], stats["data"]["total"], export.text.count("\n")]

    assert found == ([2] * 4 if query.startswith("-") else [0] * 4)
    assert {answer["message"] for answer in (search, facets, stats)} == {WITHHELD}
    assert export.headers["x-export-message"] == WITHHELD


def test_a_key_that_may_not_read_bodies_reads_and_searches_all_else(api: RunningApi) -> None:
    found = get(api, "no-bodies", "/api/log/ns/search", query="horse", include_detail="false").json()
    detail = get(api, "no-bodies", "/api/log/ns/detail/1").json()
    plain = get(api, "no-bodies", "/api/log/ns/search", include_detail="false").json()

    assert (found["data"]["total"], found["message"]) == (2, WITHHELD)
    assert detail["data"]["request_detail"]["response_body_truncated"] is True
    assert plain["message"] == ""
    assert get(api, "plain", "/api/log/ns/search", query=SECRET).json()["data"]["total"] == 2


def test_a_tail_of_a_key_that_may_not_read_bodies_has_none(api: RunningApi, module_logs: Logs) -> None:
    with (
        tailing(api, "/api/log/ns/tail?include_detail=true", Authorization="no-bodies") as blind,
        tailing(api, f"/api/log/ns/tail?query={SECRET}", Authorization="no-bodies") as searching,
        tailing(api, f"/api/log/ns/tail?query={SECRET}", Authorization="plain") as seeing,
    ):
        module_logs.store([_event(3, "goat"), _event(4, f"goat {SECRET}")])
        assert (blind.wait_for(2), seeing.wait_for(2), searching.wait_for(1)) == ([3, 4], [3, 4], [4])

    assert all("request_body" not in event.data["request_detail"] for event in blind.events[1:])
    assert SECRET in json.dumps(seeing.events[1].data)


def test_a_key_past_its_end_is_told_so(api: RunningApi) -> None:
    assert get(api, "ended", "/api/log/ns/search").json()["message"] == "this key has ended: ask for a new one"


def test_admin_keys_of_the_file_rotate_without_a_restart(start_api: StartApi, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text("")
    # Bound to every address: a file without a key locks.
    other = start_api("nothing-here", API_GROUP_KEYS_FILE=str(file), API_HOST="0.0.0.0")
    assert get(other, "", "/api/logs/search").status_code == 401

    for key in ("first", "second"):
        file.write_text(json.dumps({"groups": {}, "admins": [{"name": "ops", "key": key}]}))
        wait_until(lambda key=key: get(other, key, "/api/logs/search").status_code == 503)  # type: ignore[misc]

    assert get(other, "first", "/api/logs/search").status_code == 401
