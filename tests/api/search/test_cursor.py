"""Pages that hold still while new logs come in: by a cursor for programs, by the moment of a visit for people."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from api.search.cursor import _digest
from mappings.index import index_name, write_alias
from mappings.instant import DAY_MS
from tests.api.envelope import assert_envelope
from tests.support.logs import Event, Logs
from tests.support.parsing import parsed
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS

ORDERS = ["created_at-desc", "created_at-asc", "request_at-desc", "request_at-asc", "id-desc", "id-asc"]
TOTAL = 95


def _event(number: int, **fields: Any) -> Event:
    """Return a log; ten share each moment, a third has no request_at."""
    created_at = NOON_MS + number // 10 * DAY_MS // 4
    started = {"request_at": created_at - number} if number % 3 else {}
    return {"id": number + 1, "created_at": created_at, "group": "ns-a", **started, **fields}


@pytest.fixture
def logs(module_logs: Logs) -> Logs:
    """The alias of this file."""
    return module_logs


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the logs above."""
    module_logs.store([_event(number) for number in range(TOTAL)])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def walk(api: RunningApi, **params: Any) -> list[list[int]]:
    """Return the ids of every page that the cursors lead to."""
    pages, after = [], "start"
    while after:
        data = api.search(after=after, **params)
        pages.append([log["id"] for log in data["logs"]])
        after = data["after"]
    return pages


@pytest.mark.parametrize("order", ORDERS)
def test_cursors_lead_through_the_same_logs_as_page_numbers(api: RunningApi, order: str) -> None:
    group = "ns-a"
    by_number = [
        [log["id"] for log in api.search(order=order, per_page=10, page=page, group=group)["logs"]]
        for page in range(1, 11)
    ]

    assert walk(api, order=order, group=group) == by_number
    assert sorted(chain.from_iterable(by_number)) == list(range(1, TOTAL + 1))


def test_a_full_last_page_is_followed_by_an_empty_one_at_the_end(api: RunningApi) -> None:
    assert [len(page) for page in walk(api, per_page=19, group="ns-a")] == [19] * 5 + [0]


def test_an_answer_by_cursor_has_the_total_and_the_menus_too(api: RunningApi) -> None:
    by_cursor, by_number = api.search(group="ns-a", after="start"), api.search(group="ns-a")

    assert by_cursor.pop("after")
    assert by_cursor == by_number


def test_new_logs_before_the_cursor_shift_nothing(api: RunningApi, logs: Logs) -> None:
    first = api.search(group="ns-a", after="start", per_page=10)
    logs.store([_event(900 + number, group="ns-a", created_at=NOON_MS + 9 * DAY_MS) for number in range(5)])
    second = api.search(group="ns-a", after=first["after"], per_page=10)
    remove(logs, 900)

    assert [log["id"] for log in second["logs"]] == [log["id"] for log in api.search(group="ns-a", page=2)["logs"]]


def remove(logs: Logs, first: int) -> None:
    """Take away the logs from this number on."""
    found = logs.client.search(index=logs.alias, query={"range": {"id": {"gt": first}}}, size=100)["hits"]["hits"]
    for hit in found:
        logs.client.delete(index=hit["_index"], id=hit["_id"], refresh=True)


def test_a_cursor_that_was_changed_or_is_another_searchs_is_refused(api: RunningApi) -> None:
    cursor = api.search(group="ns-a", after="start")["after"]
    at = len(cursor) - 6
    changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]

    for query in (
        f"group=ns-a&after={changed}",
        f"group=ns-a&after={cursor[:-4]}",
        "group=ns-a&after=rubbish",
        "after=%E4%BD%99",
        f"group=ns-b&after={cursor}",
        f"group=ns-a&order=id-asc&after={cursor}",
        f"group=ns-a&code=200&after={cursor}",
        f"group=ns-a&page=2&after={cursor}",
    ):
        assert_envelope(api.get(f"/api/logs/search?{query}"), 400)
    assert api.get(f"/api/logs/search?group=ns-a&include_detail=false&after={cursor}").status_code == 200
    assert api.get(f"/api/log/ns-a/search?after={cursor}").status_code == 200


def test_a_visit_sees_the_logs_of_its_beginning_however_old_those_are_that_come_in(api: RunningApi, logs: Logs) -> None:
    first = api.search(as_of="now", per_page=50)
    logs.store([_event(500, created_at=NOON_MS + 30 * DAY_MS), _event(501), _event(502, created_at=NOON_MS)])
    second = api.search(as_of=first["as_of"], per_page=50, page=2)
    facets = api.get(f"/api/logs/facets?as_of={first['as_of']}").json()["data"]
    stats = api.get(f"/api/logs/stats?as_of={first['as_of']}").json()["data"]
    lines = api.get(f"/api/logs/export?format=ndjson&as_of={first['as_of']}").text.count("\n")
    everything = api.search()["total"]
    remove(logs, 500)

    assert sorted(log["id"] for log in first["logs"] + second["logs"]) == list(range(1, TOTAL + 1))
    assert (first["total"], second["total"], facets["total"], stats["total"], lines) == (TOTAL,) * 5
    assert everything == TOTAL + 3


def test_a_tail_goes_on_where_a_visit_stands(api: RunningApi, logs: Logs) -> None:
    moment = api.search(as_of="now")["as_of"]
    logs.store([_event(600)])
    with tailing(api, last_id=moment) as tail:
        tail.wait_for(1)
    remove(logs, 600)

    assert tail.logs == [601]


@pytest.mark.parametrize("as_of", ["yesterday", "1.A", "1.q83vEgAAAAAH"])
def test_a_moment_that_is_none_of_ours_is_refused(api: RunningApi, as_of: str) -> None:
    for route in ("search", "facets", "stats", "export"):
        assert_envelope(api.get(f"/api/logs/{route}?as_of={as_of}"), 400)


def test_an_answer_has_no_more_than_was_asked_for(api: RunningApi) -> None:
    assert set(api.search()) == {"logs", "total", "channels", "models", "token_names"}


@pytest.mark.parametrize("order", ["id-desc", "id-asc", "request_at-desc", "request_at-asc"])
def test_logs_whose_ids_were_used_again_are_all_led_to(api: RunningApi, logs: Logs, order: str) -> None:
    again = [
        {"id": 7000, "created_at": NOON_MS + number * DAY_MS, "request_at": NOON_MS, "group": "ns-again"}
        for number in range(7)
    ]
    logs.store(again, own={"tie": 7})  # as of one id and one request_id
    cursors, moments = ["start"], []
    while cursors[-1]:
        data = api.search(after=cursors[-1], order=order, per_page=1, group="ns-again")
        moments += [log["created_at"] for log in data["logs"]]
        cursors.append(data["after"])
    remove(logs, 6999)

    assert len(moments) == len(set(moments)) == 7


@pytest.mark.parametrize("values", [b"5", b"[1]", b'["x","y"]', b"[1,2,3]", b"{", b"null"])
def test_a_cursor_that_somebody_computed_is_refused_too(api: RunningApi, values: bytes) -> None:
    search = parsed(group="ns-a")
    forged = urlsafe_b64encode(_digest(search.view, search.params, values) + values).decode()

    assert_envelope(api.get(f"/api/logs/search?group=ns-a&after={forged}"), 400)


def test_a_walk_at_one_moment_goes_on_when_retention_takes_an_index_away(api: RunningApi, logs: Logs) -> None:
    first = api.search(as_of="now", after="start", per_page=10, group="ns-a")
    logs.store([_event(700, created_at=NOON_MS - 300 * DAY_MS)])
    old = api.search(as_of="now", after="start", per_page=10, group="ns-a")
    logs.client.indices.delete(index=index_name(write_alias(logs.alias, "day", NOON_MS - 300 * DAY_MS)))

    for begun in (first, old):
        query = {"as_of": begun["as_of"], "after": begun["after"], "per_page": 10, "group": "ns-a"}
        assert [log["id"] for log in api.search(**query)["logs"]] == [
            log["id"] for log in api.search(page=2, group="ns-a")["logs"]
        ]
