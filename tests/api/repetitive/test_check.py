"""It is checked how long phrases read logs that repeat words, before any search reads all of them at one time."""

from collections.abc import Iterator
from itertools import cycle
from typing import NamedTuple

import pytest
from elasticsearch import Elasticsearch

from api.repetitive.plan import MAX_PLACES
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
OTHER: Event = {**EVENTS[0], "id": 100, "group": "other", "model": "m9", "content": SAID[0]}
# As if each log had so many words that few are read at one time, or that one takes too long.
LONG: Event = {"repeats": MAX_PLACES // 5, **dict.fromkeys(("bytes", "body_bytes"), MAX_PLACES)}
TOO_LONG: Event = {"repeats": 2 * MAX_PLACES, **dict.fromkeys(("bytes", "body_bytes"), 10 * MAX_PLACES)}

WINDOW = f"start_timestamp={NOON_MS + 10_000}&end_timestamp={NOON_MS + 19_999}"
BEFORE = f"start_timestamp={NOON_MS + 100_000}&end_timestamp={NOON_MS + 199_999}"
ASKED = (
    'search?query="upstream request"',
    'search?query="upstream request"&as_of=now',
    'search?query="upstream request"&order=created_at-asc&per_page=3&page=2&after=start',
    'search?query="upstream request" -"request timeout"',
    'search?query=-"upstream request"',
    "search?query=请求超时",
    "search?query=max_tokens",
    "search?query=max_tok*",
    "search?query=max_tokens now",
    'search?query="the upst"*',
    'search?query="the upstream"req*',
    "search?query=line one\\nline",
    'search?query="upstream request"&page=1000000',
    f'search?query="upstream request"&{WINDOW}',
    f'stats?query="upstream request"&{BEFORE}&interval=1m&compare=true',  # in the period before
    'stats?query="upstream request"&by=model',
    'facets?query="upstream request"&model_name=none',  # among the other models
    'facets?query="upstream request"&field=model&prefix=M',
    'facets?query="upstream request"&exclude=model:m0&exclude=model:m1&exclude=model:m2',
    'export?query="upstream request"',
    'export?query="upstream request"&format=ndjson&order=asc',
    'errors?query="upstream request"',
    'neighbours/20?query="upstream request"&by=any&size=3',
    'detail/24?query="the upstream"&include_detail=false',
    'detail?request_id=none&query="the upstream"&include_detail=false',
)


PREFIXES = ("/api/log/g/", "/api/logs/")


class Apis(NamedTuple):
    """The same logs three times: as they are, as if each were long, and as if each were too long."""

    plain: RunningApi
    long: RunningApi
    too_long: RunningApi


@pytest.fixture(scope="module")
def apis(servers: Servers, elasticsearch: Elasticsearch) -> Iterator[Apis]:
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url}
    with (
        fresh_logs(elasticsearch) as plain,
        fresh_logs(elasticsearch) as long,
        fresh_logs(elasticsearch) as too_long,
        running_api({**store, "INDEX_ALIAS": plain.alias}) as first,
        running_api({**store, "INDEX_ALIAS": long.alias}) as second,
        running_api({**store, "INDEX_ALIAS": too_long.alias}) as third,
    ):
        for logs, own in ((plain, {}), (long, LONG), (too_long, TOO_LONG)):
            logs.store(EVENTS, own)
            logs.store([OTHER])
        yield Apis(first, second, third)


@pytest.mark.parametrize(("asked", "prefix"), list(zip(ASKED, cycle(PREFIXES), strict=False)))
def test_what_is_not_too_long_is_answered(apis: Apis, prefix: str, asked: str) -> None:
    path, _, query = asked.partition("?")
    query += "&include_detail=false" * path.startswith(("search", "export"))
    plain, long = (api.get(prefix + path, params=query) for api in (apis.plain, apis.long))

    assert plain.status_code == long.status_code
    assert len(plain.content) == len(long.content)
    assert plain.text == long.text or '"as_of"' in plain.text or '"after"' in plain.text


@pytest.mark.parametrize(("asked", "prefix"), list(zip(ASKED, cycle(PREFIXES[::-1]), strict=False)))
def test_no_route_reads_phrases_for_too_long(apis: Apis, prefix: str, asked: str) -> None:
    path, _, query = asked.partition("?")
    answer = apis.too_long.get(prefix + path, params=query)

    if "request_id=none" in query:  # no log of its own is long
        assert answer.status_code == 404
        return
    assert answer.status_code == 504
    assert "narrow the time window or the query" in answer.json()["message"]


@pytest.mark.parametrize(
    "asked",
    [
        "/api/log/g/search?query=upstream request -timeout&include_detail=false",  # no phrase
        '/api/log/g/search?query="request upstream request the"&model_name=m7',  # no log has to be read
        f'/api/log/g/search?query="upstream request"&{BEFORE}',
        '/api/log/other/search?query="upstream request"',
        '/api/logs/search?query="upstream request"&group=other',
        '/api/logs/search?query="upstream request"&model_name=m9',
    ],
)
def test_what_reads_no_long_log_is_answered(apis: Apis, asked: str) -> None:
    path, _, query = asked.partition("?")

    assert apis.too_long.get(path, params=query).status_code == 200


def test_a_tail_that_goes_on_sends_long_logs_in_their_order(logs: Logs, start_api: StartApi) -> None:
    logs.store([{"id": 1, "created_at": NOON_MS}])
    api = start_api(logs.alias)
    with tailing(api) as tail:
        begin = tail.last_id
    logs.store(EVENTS, TOO_LONG)
    with tailing(api, '/api/logs/tail?query="upstream request"&include_detail=false', begin) as tail:
        wanted = [event["id"] for event in EVENTS if SAID.index(event["content"]) in (0, 1, 7)]

        assert tail.wait_for(len(wanted)) == wanted
