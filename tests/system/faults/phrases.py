"""What a phrase costs where hundreds of megabytes are full of its words: figures, printed by `make soak`.

`make test` does not collect it.
"""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from elasticsearch import Elasticsearch

from tests.support.faults.hostile_tenant import searches_of
from tests.support.logs import Logs, fresh_logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS
from tests.support.waiting import LONG_S, wait_until

TIMEOUT_S = 2
BULK_BYTES = 4_000_000
OTHERS = "丁七万丈三上下不与丐丑专且丕世丘丙业丛东丝丞丢两"


class Kind(NamedTuple):
    """Logs of one kind: the text of their bodies, how many there are, and the phrases that are asked for."""

    text: str
    number: int
    queries: tuple[str, ...]


NEARLY = '"' + "a " * 8 + 'b b"'  # matches nearly everywhere
KINDS = {
    "250 logs of 2 MB": Kind(("a " * 40 + "b ") * 12_000, 250, (NEARLY, f"-{NEARLY}", '"a b"', '"a a b b"')),
    "10,000 logs of 25 kB": Kind(("a " * 40 + "b ") * 150, 10_000, (NEARLY,)),
    "60,000 logs of 3 kB": Kind(("a " * 40 + "b ") * 17, 60_000, (NEARLY,)),
    "100 logs of 320,000 Han": Kind(
        "".join("一" + OTHERS[(number * number + number // 7) % len(OTHERS)] for number in range(160_000)),
        100,
        ("".join("一" + other for other in OTHERS[:12]),),  # 一 twelve times, and so in the second spelling
    ),
    "100 logs of 60,000 words that begin alike": Kind(
        "x " + " ".join(f"a{number}" for number in range(60_000)), 100, ('"x a1"*', '"x a12"*')
    ),
    "4,000 logs of 11,000 words that begin alike": Kind(
        "x " + " ".join(f"a1{number}" for number in range(11_000)), 4_000, ('"x a1"*', '"x a12"*')
    ),
    "1,000 logs full of a word of 60 letters": Kind(
        ("w" * 60 + " ") * 4_000 + "b", 1_000, (f'"{("w" * 60 + " ") * 8}b"',)
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def hostile(elasticsearch: Elasticsearch, kind: Kind) -> Iterator[Logs]:
    """Logs of the group `hostile`."""
    with fresh_logs(elasticsearch) as logs:
        at_once = max(BULK_BYTES // len(kind.text), 1)
        for begin in range(0, kind.number, at_once):
            logs.store([_event(number, kind.text) for number in range(begin, min(begin + at_once, kind.number))])
        yield logs


def _event(number: int, text: str) -> dict[str, Any]:
    detail = {"request_body": text, "response_body": text}
    return {"id": number + 1, "created_at": NOON_MS + number, "group": "hostile", "request_detail": detail}


def test_a_phrase_ends_when_it_is_answered(hostile: Logs, kind: Kind, servers: Servers) -> None:
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": hostile.alias}
    with running_api({**store, "API_SEARCH_TIMEOUT_S": str(TIMEOUT_S)}) as api:
        for query in kind.queries:
            for path in ("search?include_detail=false&", "stats?", "facets?", "export?"):
                told = _ask(api, hostile, f"/api/log/hostile/{path}query={quote(query)}")
                print(f"\n{kind.number} logs of {len(kind.text)} characters twice, {path}{query}: {told}")  # noqa: T201


def _ask(api: RunningApi, logs: Logs, path: str) -> str:
    began_s = time.monotonic()
    answer = api.get(path, timeout=LONG_S)
    answered_s = time.monotonic()
    wait_until(lambda: not searches_of(logs.client, logs.alias), LONG_S)
    ended_s = time.monotonic()
    assert answer.status_code in (200, 400, 504)
    return f"{answer.status_code} after {answered_s - began_s:.1f} s, then {ended_s - answered_s:.1f} s more"
