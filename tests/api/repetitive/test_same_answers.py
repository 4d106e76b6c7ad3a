"""Phrases find the same in logs that are searched before all others as in any other log, on every route."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from elasticsearch import Elasticsearch

from api.repetitive.plan import CANDIDATES, MAX_PLACES
from tests.support.logs import Event, Logs, fresh_logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS

SAID = (
    "the upstream request timeout",
    "timeout of the upstream request",
    "请求超时",
    "超时请求",
    "max_tokens is too large now",
    "tokens max",
    "line one\\nline two",
    "upstream request",
)
EVENTS: list[Event] = [
    {
        "id": number,
        "created_at": NOON_MS + number * 1_000,
        "group": "g",
        "model": f"m{number % 3}",
        "token_name": "max_tokens now" if number == 5 else "t",
        "code": 200 if number % 2 else 500,
        "used_amount": number / 8,
        "content": SAID[number % len(SAID)],
    }
    for number in range(1, 41)
]
# So many that each log is searched alone. A phrase reads two words of it at least.
REPEATED: Event = {"repeats": MAX_PLACES, "bytes": 5 * MAX_PLACES, "body_bytes": 5 * MAX_PLACES}

WINDOW = f"start_timestamp={NOON_MS + 10_000}&end_timestamp={NOON_MS + 19_999}"
ASKED = (
    'search?query="upstream request"',
    'search?query="upstream request"&order=created_at-asc&per_page=3&page=2',
    'search?query="upstream request"&model_name=m1&per_page=1',
    'search?query="upstream request" -"request timeout"',
    'search?query=-"upstream request"',
    "search?query=upstream request",
    "search?query=请求超时",
    "search?query=max_tokens",
    "search?query=max_tokens now",
    "search?query=max_tok*",
    'search?query="the upst*',
    'search?query="the upstream"req*',
    "search?query=line one\\nline",
    'search?query="upstream request"&page=1000000',
    'search?query="upstream request"&code_type=error&highlight=true',
    f'search?query="upstream request"&{WINDOW}',
    'search?query="nothing here"',
    f'stats?query="upstream request"&{WINDOW}&interval=1s&compare=true',
    'stats?query="upstream request"&by=model',
    'facets?query="upstream request"&model_name=m1&only=code:200',
    'facets?query="upstream request"&field=model&prefix=M',
    'export?query="upstream request"',
    'export?query="upstream request"&format=ndjson&order=asc',
    'errors?query="upstream request"&sample=1',  # the others seem too large to be read
    'neighbours/20?query="upstream request"&by=any&size=3',
    'detail/24?query="the upstream"&include_detail=false',
    'detail/24?query="upstream the"&include_detail=false',
)


class Both(NamedTuple):
    """The same logs twice: as they are, and as if each repeated a word without end."""

    plain: RunningApi
    repetitive: RunningApi
    logs: Logs  # the repetitive ones

    def queries(self) -> int:
        """Return how many queries the shards of the repetitive logs have answered."""
        stats = self.logs.client.indices.stats(index=self.logs.alias, metric="search")
        total: int = stats["_all"]["primaries"]["search"]["query_total"]
        return total


@pytest.fixture(scope="module")
def both(servers: Servers, elasticsearch: Elasticsearch) -> Iterator[Both]:
    with fresh_logs(elasticsearch) as plain, fresh_logs(elasticsearch) as repetitive:
        plain.store(EVENTS)
        repetitive.store(EVENTS, REPEATED)
        store = {"ELASTICSEARCH_URL": servers.elasticsearch_url}
        with (
            running_api({**store, "INDEX_ALIAS": plain.alias}) as first,
            running_api({**store, "INDEX_ALIAS": repetitive.alias}) as second,
        ):
            yield Both(first, second, repetitive)


@pytest.mark.parametrize("prefix", ["/api/log/g/", "/api/logs/"])
@pytest.mark.parametrize("asked", ASKED)
def test_the_answers_are_the_same(both: Both, prefix: str, asked: str) -> None:
    path, _, query = asked.partition("?")
    query += "&include_detail=false" * path.startswith(("search", "export"))
    before = both.queries()
    plain, repetitive = (api.get(f"{prefix}{path}", params=query) for api in (both.plain, both.repetitive))

    assert plain.status_code == repetitive.status_code
    assert answer_of(plain) == answer_of(repetitive)
    assert both.queries() - before > 3 or plain.status_code == 404


def test_pages_by_cursor_are_the_same(both: Both) -> None:
    plain, repetitive = (list(pages(api)) for api in (both.plain, both.repetitive))

    assert plain == repetitive
    assert len(plain) > 3


def test_a_cursor_goes_on_when_more_logs_have_come(logs: Logs, start_api: StartApi) -> None:
    logs.store(EVENTS, REPEATED)
    api = start_api(logs.alias)
    asked = {"query": '"upstream request"', "per_page": 3, "include_detail": "false"}
    first = api.search(after="start", **asked)
    logs.store([{**EVENTS[0], "id": 100, "created_at": NOON_MS, "content": SAID[0]}], REPEATED)
    second = api.search(after=first["after"], **asked)

    assert second["total"] == first["total"] + 1
    assert not {log["id"] for log in first["logs"]} & {log["id"] for log in second["logs"]}


def pages(api: RunningApi) -> Iterator[list[int]]:
    after = "start"
    while after:
        found = api.search(query='"upstream request"', per_page=3, after=after, include_detail="false")
        yield [log["id"] for log in found["logs"]]
        after = found["after"]


def test_the_newest_log_of_a_phrase_is_known(both: Both) -> None:
    newest = [
        api.get("/api/logs/freshness", params={"query": '"the upstream"'}).json()["data"]["newest"]
        for api in (both.plain, both.repetitive)
    ]

    assert newest == ["2026-11-24T12:00:40.000Z"] * 2


def test_more_logs_than_are_asked_for_at_one_time(logs: Logs, start_api: StartApi) -> None:
    numbers = range(1, CANDIDATES + 101)
    seeming = {"repeats": 20_000, "bytes": 160_000, "body_bytes": 160_000}
    logs.store([{"id": number, "created_at": NOON_MS, "content": "one two"} for number in numbers], seeming)
    api = start_api(logs.alias)

    assert api.search(query='"one two"')["total"] == len(numbers)
    assert api.search(query='"two one"')["total"] == 0


def test_a_tail_that_goes_on_sends_them_in_their_order(logs: Logs, start_api: StartApi) -> None:
    logs.store([{"id": 1, "created_at": NOON_MS}])
    api = start_api(logs.alias)
    with tailing(api) as tail:
        begin = tail.last_id
    logs.store(EVENTS, REPEATED)
    with tailing(api, '/api/logs/tail?query="upstream request"&include_detail=false', begin) as tail:
        wanted = [event["id"] for event in EVENTS if SAID.index(event["content"]) in (0, 1, 7)]

        assert tail.wait_for(len(wanted)) == wanted


def answer_of(answer: httpx.Response) -> Any:
    """Return an answer without what tells two requests apart."""
    try:
        return answer.json()
    except json.JSONDecodeError:
        return answer.text
