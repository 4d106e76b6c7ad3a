"""A tenant that wants to bring the service to a standstill, with large logs and requests made to be expensive.

With `-s` it prints the figures of docs/guarantees.md: the highest RSS of the API under each attack, the slowest
`/healthz`, and the slowest small search of another group meanwhile.
"""

import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from elasticsearch import Elasticsearch

from tests.support.logs import Logs, fresh_logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS
from tests.support.waiting import LONG_S, wait_until

LARGE_LOGS = 24  # with two bodies of one megabyte each
MOST_MB = 400  # of the container's 512 MB
CHECKS = 60  # health checks at rest, and during an attack that nobody ends
BODY = ("a " * 40 + "b ") * 12_000
EXPENSIVE = {
    "a phrase of 1,000 equal words": 'search?query="' + "a " * 1_000 + '"',
    "a phrase that nearly matches everywhere": 'search?query="' + "a " * 8 + 'b b"',
    "the same, excluded": 'search?query=-"' + "a " * 8 + 'b b"',
    "a hundred phrases": "search?query=" + " ".join(f'"a b c{number}"' for number in range(100)),
    "phrases that differ": "search?query=" + " ".join(f'"a b c{number}"' for number in range(8)),
    "a phrase with a prefix": 'search?query="' + "a " * 8 + '"b*',
    "two phrases with a prefix": 'search?query="a a"b* "b a"a*',
    "a hundred prefixes": "search?query=" + " ".join(f"{chr(97 + number % 26)}{number}*" for number in range(100)),
    "every prefix of one letter": "search?query=" + " ".join(f"{chr(97 + number)}*" for number in range(26)),
    "a page far past the end": 'search?order=id-desc&page=100000000&query="a b b"',
    "statistics with many bars": 'stats?interval=1s&query="a a b b"&compare=true&size=100'
    f"&start_timestamp={NOON_MS}&end_timestamp={NOON_MS + 1_900_000}",
    "facets with a prefix": 'facets?field=user&prefix=u&size=100&query="a a b b"',
    "an export": 'export?query="a a b b"&order=id-desc',
}


def large_log(number: int) -> dict[str, Any]:
    detail = {"request_body": BODY, "response_body": BODY}
    return {"id": number, "created_at": NOON_MS + number, "group": "hostile", "user": "u", "request_detail": detail}


@pytest.fixture(scope="module")
def hostile(elasticsearch: Elasticsearch, servers: Servers) -> Iterator[tuple[Logs, str]]:
    """Large logs of one group and a small one of another; and the event id of the moment before them."""
    with fresh_logs(elasticsearch) as logs:
        logs.store([{"id": 0, "created_at": NOON_MS, "group": "other", "content": "hello"}])
        store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": logs.alias}
        with running_api(store) as api, tailing(api) as tail:
            begin = tail.last_id
        for number in range(1, LARGE_LOGS + 1):
            logs.store([large_log(number)])
        yield logs, begin


@pytest.fixture
def attacked(hostile: tuple[Logs, str], start_api: StartApi) -> RunningApi:
    """An API with default settings."""
    return start_api(hostile[0].alias)


@pytest.mark.parametrize("name", EXPENSIVE)
def test_no_request_keeps_elasticsearch_busy_after_its_answer(
    hostile: tuple[Logs, str], start_api: StartApi, name: str
) -> None:
    logs, _ = hostile
    api = start_api(logs.alias, API_SEARCH_TIMEOUT_S="5")
    path, _, query = EXPENSIVE[name].partition("?")
    began_s = time.monotonic()
    answer = api.get(f"/api/log/hostile/{path}?" + quote(query, safe="=&"), timeout=LONG_S)
    answered_s = time.monotonic()
    wait_until(lambda: not searches_of(logs), 30)
    ended_s = time.monotonic()
    print(f"\n{name}: {answer.status_code} after {answered_s - began_s:.1f} s, then {ended_s - answered_s:.1f} s more")  # noqa: T201

    assert answer.status_code in (200, 400, 504)
    assert api.get("/api/log/other/search?query=hello").json()["data"]["total"] == 1


def searches_of(logs: Logs) -> list[str]:
    """Return what Elasticsearch still searches for an alias."""
    answer = logs.client.perform_request(
        "GET", "/_tasks?actions=*search*&detailed=true", headers={"accept": "application/json"}
    )
    found = [task.get("description", "") for node in answer.body["nodes"].values() for task in node["tasks"].values()]
    return [description for description in found if logs.alias in description]


def test_clients_that_do_not_read_their_pages_take_bounded_memory(attacked: RunningApi) -> None:
    with under_attack(attacked, "40 unread pages of 10 large logs") as seen, ExitStack() as opened:
        for _ in range(40):
            opened.enter_context(unread(attacked, "/api/log/hostile/search"))
        wait_until(lambda: seen.checks > CHECKS)

    assert highest_rss_mb(attacked) < MOST_MB
    page = attacked.get("/api/log/hostile/search", timeout=LONG_S)  # the memory was given back
    assert len(page.json()["data"]["logs"]) == 10


def test_large_pages_take_bounded_memory_and_are_complete(attacked: RunningApi) -> None:
    path = f"{attacked.url}/api/log/hostile/search?per_page=100"
    spawned = get_context("spawn")  # processes: a thread that decodes a page would hold up the health checks too
    with (
        ProcessPoolExecutor(4, mp_context=spawned) as clients,
        under_attack(attacked, "4 pages of 24 large logs"),
    ):
        found = list(clients.map(logs_of_page, [path] * 4))

    assert found == [LARGE_LOGS] * 4
    assert highest_rss_mb(attacked) < MOST_MB


def logs_of_page(url: str) -> int:
    answer = httpx.get(url, timeout=LONG_S, verify=False)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["data"]["logs"])


def test_tails_that_do_not_read_take_bounded_memory(attacked: RunningApi, hostile: tuple[Logs, str]) -> None:
    header = f"last-event-id: {hostile[1]}"
    with under_attack(attacked, "50 unread tails of large logs") as seen, ExitStack() as opened:
        for number in range(50):  # no two ask for the same, so none share a page
            path = f"/api/log/hostile/tail?end_timestamp={NOON_MS + 100_000 + number}"
            opened.enter_context(unread(attacked, path, header))
        wait_until(lambda: seen.checks > CHECKS)

    assert highest_rss_mb(attacked) < MOST_MB


def test_exports_that_are_not_read_take_bounded_memory(attacked: RunningApi) -> None:
    with under_attack(attacked, "8 unread exports of large logs") as seen, ExitStack() as opened:
        for _ in range(8):
            opened.enter_context(unread(attacked, "/api/log/hostile/export?format=ndjson&include_detail=true"))
        wait_until(lambda: seen.checks > CHECKS)

    assert highest_rss_mb(attacked) < MOST_MB


def test_invented_event_ids_cost_nothing(attacked: RunningApi) -> None:
    invented = "1." + "q83vEgAAAAAH" * 9_000
    with under_attack(attacked, "6 clients with invented event ids"), ThreadPoolExecutor(6) as clients:
        answers = list(clients.map(lambda _: status_with(attacked, invented), range(60)))

    assert set(answers) == {400}


def status_with(api: RunningApi, event_id: str) -> int:
    headers = {"Last-Event-ID": event_id}
    return httpx.get(f"{api.url}/api/logs/tail", headers=headers, timeout=LONG_S, verify=False).status_code


class Seen:
    """What a bystander saw during an attack."""

    def __init__(self) -> None:
        self.checks = 0
        self.slowest_check_ms = 0.0
        self.slowest_search_ms = 0.0


@contextmanager
def under_attack(api: RunningApi, name: str) -> Iterator[Seen]:
    """Watch the service at rest, then during an attack; print what a bystander saw."""
    with watched(api) as at_rest:
        wait_until(lambda: at_rest.checks > CHECKS)
    with watched(api) as seen:
        yield seen
    print(  # noqa: T201
        f"\n{name}: highest RSS {highest_rss_mb(api):.0f} MB, slowest /healthz {seen.slowest_check_ms:.0f} ms of "
        f"{seen.checks} (at rest {at_rest.slowest_check_ms:.0f} ms), slowest search of another group "
        f"{seen.slowest_search_ms:.0f} ms (at rest {at_rest.slowest_search_ms:.0f} ms)"
    )


@contextmanager
def watched(api: RunningApi) -> Iterator[Seen]:
    """Ask for the health, and search as another group does, all the while."""
    seen, is_over = Seen(), Signal()
    watching = [Thread(target=watch, args=(api, seen, is_over)), Thread(target=search, args=(api, seen, is_over))]
    for thread in watching:
        thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        for thread in watching:
            thread.join()


def watch(api: RunningApi, seen: Seen, is_over: Signal) -> None:
    with httpx.Client(base_url=api.url, timeout=LONG_S, verify=False) as client:
        while not is_over.wait(0.05):
            began_s = time.monotonic()
            client.get("/healthz").raise_for_status()
            seen.slowest_check_ms = max(seen.slowest_check_ms, (time.monotonic() - began_s) * 1000)
            seen.checks += 1


def search(api: RunningApi, seen: Seen, is_over: Signal) -> None:
    with httpx.Client(base_url=api.url, timeout=LONG_S, verify=False) as client:
        while not is_over.wait(0.2):
            began_s = time.monotonic()
            client.get("/api/log/other/search?query=hello").raise_for_status()
            seen.slowest_search_ms = max(seen.slowest_search_ms, (time.monotonic() - began_s) * 1000)


@contextmanager
def unread(api: RunningApi, path: str, *headers: str) -> Iterator[socket.socket]:
    """Send a request and never read its answer."""
    address = urlsplit(api.url)
    lines = [f"GET {path} HTTP/1.1", "host: x", *headers, "", ""]
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((address.hostname, address.port))
        connection.sendall("\r\n".join(lines).encode())
        yield connection


def highest_rss_mb(api: RunningApi) -> float:
    """Return the most memory that the API ever had, megabytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{api.process.pid}/status").read_text())
    assert found
    return int(found[1]) / 1024
