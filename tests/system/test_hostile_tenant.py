"""A tenant that wants to bring the service to a standstill, with large logs and requests made to be expensive.

With `-s` it prints the figures of docs/guarantees.md: the highest RSS of the API under each attack, the slowest
`/healthz`, and the slowest small search of another group meanwhile.
"""

import gc
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from threading import Event as Signal
from threading import Thread
from urllib.parse import quote

import httpx
import pytest
from elasticsearch import Elasticsearch

from tests.support.faults.hostile_tenant import (
    EXPENSIVE,
    LONG_NAME,
    is_answered,
    large_log,
    log_with_long_names,
    searches_of,
    status_of_invented_event_id,
    unread,
)
from tests.support.logs import Logs, fresh_logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS
from tests.support.waiting import LONG_S, wait_until

LONG_NAMES = 1_000  # as many as a menu has
LARGE_LOGS = 24  # with two bodies of one megabyte each
MOST_MB = 400  # of the container's 512 MB
CHECKS = 60  # health checks at rest, and during an attack that nobody ends


@pytest.fixture(scope="module")
def hostile(elasticsearch: Elasticsearch, servers: Servers) -> Iterator[tuple[Logs, str]]:
    """Large logs of one group and a small one of another; and the event id of the moment before them."""
    with fresh_logs(elasticsearch) as logs:
        logs.store([{"id": 0, "created_at": NOON_MS, "group": "other", "content": "hello"}])
        store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": logs.alias}
        with running_api(store) as api, tailing(api) as tail:
            begin = tail.last_id
        for number in range(1, LARGE_LOGS + 1):
            logs.store([large_log(number, NOON_MS + number)])
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
    wait_until(lambda: not searches_of(logs.client, logs.alias), 30)
    ended_s = time.monotonic()
    print(f"\n{name}: {answer.status_code} after {answered_s - began_s:.1f} s, then {ended_s - answered_s:.1f} s more")  # noqa: T201

    assert answer.status_code in (200, 400, 504)
    assert api.get("/api/log/other/search?query=hello").json()["data"]["total"] == 1


def test_clients_that_do_not_read_their_pages_take_bounded_memory(attacked: RunningApi) -> None:
    with under_attack(attacked, "40 unread pages of 10 large logs") as seen, ExitStack() as opened:
        clients = [opened.enter_context(unread(attacked, "/api/log/hostile/search")) for _ in range(40)]
        wait_until(lambda: seen.checks > CHECKS and any(map(is_answered, clients)))

    assert attacked.highest_rss_mb() < MOST_MB
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
    assert attacked.highest_rss_mb() < MOST_MB


def logs_of_page(url: str) -> int:
    answer = httpx.get(url, timeout=LONG_S, verify=False)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["data"]["logs"])


def test_tails_that_do_not_read_take_bounded_memory(attacked: RunningApi, hostile: tuple[Logs, str]) -> None:
    header = f"last-event-id: {hostile[1]}"
    with under_attack(attacked, "50 unread tails of large logs") as seen, ExitStack() as opened:
        ends = range(NOON_MS + 100_000, NOON_MS + 100_050)  # no two ask for the same, so none share a page
        paths = [f"/api/log/hostile/tail?end_timestamp={end}" for end in ends]
        clients = [opened.enter_context(unread(attacked, path, header)) for path in paths]
        wait_until(lambda: seen.checks > CHECKS and any(map(is_answered, clients)))

    assert attacked.highest_rss_mb() < MOST_MB


def test_long_names_in_the_menus_stop_nobody_else_and_take_bounded_memory(
    attacked: RunningApi, hostile: tuple[Logs, str]
) -> None:
    for begin in range(0, LONG_NAMES, 100):
        hostile[0].store([log_with_long_names(number, NOON_MS) for number in range(begin, begin + 100)])
    urls = [f"{attacked.url}/api/log/long/search?per_page=1&start_timestamp={NOON_MS - ago}" for ago in range(40)]
    with under_attack(attacked, "40 clients ask for menus of 16 MB"), ThreadPoolExecutor(40) as clients:
        statuses = set(clients.map(status_of, urls))

    assert statuses <= {200, 503, 504}
    assert attacked.highest_rss_mb() < MOST_MB


def status_of(url: str) -> int:
    """Read an answer as it comes; return its status."""
    with httpx.stream("GET", url, timeout=LONG_S, verify=False) as answer:
        size = sum(len(part) for part in answer.iter_raw())
    assert size > LONG_NAMES * 2 * len(LONG_NAME) or answer.status_code != 200
    return answer.status_code


def test_exports_that_are_not_read_take_bounded_memory(attacked: RunningApi) -> None:
    with under_attack(attacked, "8 unread exports of large logs") as seen, ExitStack() as opened:
        path = "/api/log/hostile/export?format=ndjson&include_detail=true"
        clients = [opened.enter_context(unread(attacked, path)) for _ in range(8)]
        wait_until(lambda: seen.checks > CHECKS and any(map(is_answered, clients)))

    assert attacked.highest_rss_mb() < MOST_MB


def test_invented_event_ids_cost_nothing(attacked: RunningApi) -> None:
    with under_attack(attacked, "6 clients with invented event ids"), ThreadPoolExecutor(6) as clients:
        answers = list(clients.map(lambda _: status_of_invented_event_id(attacked), range(60)))

    assert set(answers) == {400}


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
        f"\n{name}: highest RSS {api.highest_rss_mb():.0f} MB, slowest /healthz {seen.slowest_check_ms:.0f} ms of "
        f"{seen.checks} (at rest {at_rest.slowest_check_ms:.0f} ms), slowest search of another group "
        f"{seen.slowest_search_ms:.0f} ms (at rest {at_rest.slowest_search_ms:.0f} ms)"
    )


@contextmanager
def watched(api: RunningApi) -> Iterator[Seen]:
    """Ask for the health, and search as another group does, all the while."""
    seen, is_over = Seen(), Signal()
    gc.collect()
    gc.freeze()  # or the collector of this process would hold up the health checks, which are measured
    watching = [Thread(target=watch, args=(api, seen, is_over)), Thread(target=search, args=(api, seen, is_over))]
    for thread in watching:
        thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        gc.unfreeze()
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
