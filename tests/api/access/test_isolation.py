"""No route gives a group's key, or a group's path, anything of another group: every route of the API's own document."""

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from tests.api.envelope import assert_envelope
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS

SECRET = "zebra"  # in every text of the other group's logs, and in none of ours
OPEN = {"/healthz", "/readyz", "/metrics", "/api/key"}  # the last one gives no logs; test_identity.py is about it
THEIR_GROUP, OUR_GROUP = f"ns/{SECRET}", "ns"
MINE = {"Authorization": "Bearer key-ours"}
ADMIN = {"Authorization": "Bearer admin"}


def _event(number: int, group: str, word: str) -> Event:
    detail = {"id": number, "log_id": number, "request_body": f"{word} body", "response_body": f"{word} body"}
    texts = dict.fromkeys(("model", "token_name", "user", "endpoint", "content"), f"{word} text")
    return {
        "id": number,
        "request_id": f"{word}-{number}",
        "created_at": NOON_MS + number,
        "request_at": NOON_MS,
        "group": group,
        "channel": number,
        "code": 200 if number % 5 else 500,
        "used_amount": number,
        "request_detail": detail,
        **texts,
    }


OURS = [_event(number, OUR_GROUP, "horse") for number in range(1, 6)]
THEIRS = [_event(number, THEIR_GROUP, SECRET) for number in range(700, 705)]


class Handles(NamedTuple):
    """What an insider of the other group could pass on: ids, cursors, event ids, moments."""

    id: int
    request_id: str
    after: str
    as_of: str


@pytest.fixture(scope="module")
def locked(servers: Servers, module_logs: Logs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApi]:
    """The API with keys, on logs of two groups."""
    module_logs.store([*OURS, *THEIRS])
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    file.write_text(json.dumps({OUR_GROUP: ["key-ours"], THEIR_GROUP: ["key-theirs"]}))
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api({**store, "API_ADMIN_KEYS": "admin", "API_GROUP_KEYS_FILE": str(file)}) as api:
        yield api


@pytest.fixture(scope="module")
def handles(locked: RunningApi) -> Handles:
    """What the other group's key is given."""
    path = f"/api/log/{quote(THEIR_GROUP, safe='')}/search?after=start&as_of=now&per_page=2"
    data = locked.get(path, headers={"Authorization": "key-theirs"}).json()["data"]
    log = data["logs"][0]
    return Handles(log["id"], log["request_id"], data["after"], data["as_of"])


def routes(api: RunningApi) -> list[str]:
    """Return every path of the API's own document that gives logs."""
    paths = api.get("/openapi.json").json()["paths"]
    return sorted(path for path in paths if path not in OPEN)


def filled(path: str, group: str, handles: Handles) -> str:
    """Return a path with its places filled; a place that this test does not know fails it."""
    return path.format(group=quote(group, safe=""), id=handles.id)


def read(api: RunningApi, path: str, **headers: str) -> httpx.Response:
    """Return what a route answers; of a tail, which has no end, a first part."""
    if not path.partition("?")[0].endswith("/tail"):
        return api.get(path, headers=headers)
    with api.client.stream("GET", path, headers=headers) as answer:
        if answer.status_code != 200:
            answer.read()
            return answer
        part = next(answer.iter_raw())
    return httpx.Response(answer.status_code, content=part)


def test_every_route_of_logs_is_there_in_both_forms(locked: RunningApi) -> None:
    found = routes(locked)
    of_all = {path.removeprefix("/api/logs/") for path in found if path.startswith("/api/logs/")}
    of_a_group = {path.removeprefix("/api/log/{group}/") for path in found if path.startswith("/api/log/{group}/")}

    features = {"search", "detail", "detail/{id}", "facets", "stats", "errors", "neighbours/{id}", "freshness"}
    assert of_all == of_a_group == features | {"export", "tail"}
    assert len(found) == 2 * len(of_all)


def test_no_route_opens_without_a_key_or_with_another_groups(locked: RunningApi, handles: Handles) -> None:
    for path in routes(locked):
        theirs = filled(path, THEIR_GROUP, handles)
        assert_envelope(read(locked, theirs), 401)
        assert_envelope(read(locked, theirs, **MINE), 403)
        assert_envelope(read(locked, f"{theirs}?group={OUR_GROUP}", **MINE), 403)
        assert_envelope(read(locked, f"{theirs}?key=key-theirs", **MINE), 403)


def queries(handles: Handles) -> Iterator[dict[str, Any]]:
    """Give what a group's key may try on its own path to see another's logs."""
    ways: list[dict[str, Any]] = [
        {},
        {"query": SECRET},
        {"query": f"{OUR_GROUP} OR {THEIR_GROUP}"},
        {"query": "-horse"},
        {"request_id": handles.request_id},
        {"user": f"{SECRET} text"},
        {"after": handles.after},
        {"as_of": handles.as_of},
        {"field": "group"},
        {"field": "model", "prefix": "z"},
        {"compare": "true", "start_timestamp": NOON_MS, "end_timestamp": NOON_MS + 10_000},
        {"format": "ndjson"},
        {"only": f"group:{THEIR_GROUP}"},
        {"exclude": f"group:{OUR_GROUP}"},
        {"only": "used_amount:-1.."},
        {"by": "any"},
        {"columns": "group,content,request_detail.request_body"},
    ]
    for way, group in product(ways, (None, THEIR_GROUP, "", "*")):
        yield way if group is None else {**way, "group": group}


def test_no_parameter_widens_what_a_group_sees_on_its_own_path(locked: RunningApi, handles: Handles) -> None:
    for path in (path for path in routes(locked) if "{group}" in path and not path.endswith("/tail")):
        for query in queries(handles):
            answer = locked.get(filled(path, OUR_GROUP, handles), params=query, headers=MINE)

            assert answer.status_code in (200, 400, 404), (path, query, answer.text)
            assert_nothing_of_theirs(answer, query)


def assert_nothing_of_theirs(answer: httpx.Response, query: dict[str, Any]) -> None:
    text = answer.text
    for value in query.values():  # a message repeats what was asked
        text = text.replace(str(value), "")
    assert SECRET not in text, (answer.url, text)
    whole_numbers = set(re.findall(r"(?<![\d.])\d+(?=,)", text))
    assert not whole_numbers & {str(event["channel"]) for event in THEIRS}, (answer.url, text)


def test_a_moment_and_an_event_id_of_another_group_show_our_own_logs_only(
    locked: RunningApi, handles: Handles, module_logs: Logs
) -> None:
    with tailing(locked, f"/api/log/{OUR_GROUP}/tail", handles.as_of, **MINE) as tail:
        module_logs.store([_event(800, THEIR_GROUP, SECRET), _event(8, OUR_GROUP, "horse")])
        tail.wait_for(1)

    assert tail.logs == [8]


def test_the_figures_of_a_group_are_those_of_its_own_logs(locked: RunningApi) -> None:
    path = f"/api/log/{OUR_GROUP}"
    search, facets, stats = (
        locked.get(f"{path}/{route}?model_name=horse+text&end_timestamp={NOON_MS + 5}", headers=MINE).json()["data"]
        for route in ("search", "facets", "stats")
    )

    assert (search["total"], facets["total"], stats["total"]) == (5, 5, 5)
    assert [entry["value"] for entry in facets["facets"]["model"]["values"]] == ["horse text"]
    assert sorted(entry["value"] for entry in facets["facets"]["channel"]["values"]) == [1, 2, 3, 4, 5]
    assert stats["used_amount"] == 1 + 2 + 3 + 4 + 5


def test_the_admins_key_sees_all_on_every_route(locked: RunningApi, handles: Handles) -> None:
    for path in routes(locked):
        suffix = f"?request_id={handles.request_id}" if path.endswith("/detail") else ""
        answer = read(locked, filled(path, THEIR_GROUP, handles) + suffix, **ADMIN)

        assert answer.status_code == 200, (path, answer.text)
        assert SECRET in answer.text or path.endswith(("/tail", "/freshness")), path
