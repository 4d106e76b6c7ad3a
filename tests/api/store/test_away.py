"""Elasticsearch away, silent, slow, without the index, back again: what the caller is told, and how soon."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from stack.network.address import free_port
from tests.api.envelope import assert_envelope
from tests.support.logs import Logs
from tests.support.programs import StartApi
from tests.support.servers import Servers
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

SOON_S = 5  # two are promised, on a machine that has time; a search's own are 10
EVENT = {"id": 1, "group": "ns-a", "created_at": NOON_MS}


class Line:
    """A line to Elasticsearch that can be made to fall silent, or be cut: what a server cannot be asked to do."""

    def __init__(self, target_url: str) -> None:
        target = urlsplit(target_url)
        self._target = (target.hostname, target.port)
        self._port = free_port()
        self._talks = threading.Event()
        self._open: list[socket.socket] = []
        self._is_cut = False
        self.url = f"http://127.0.0.1:{self._port}"
        self.lost = 0  # connections that the client closed

    def connect(self) -> None:
        """Take connections and pass bytes on."""
        self._is_cut = False
        self._talks.set()
        self._listener = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def fall_silent(self) -> None:
        """Go on taking connections and requests, and pass on nothing."""
        self._talks.clear()

    def talk(self) -> None:
        """Pass bytes on again."""
        self._talks.set()

    def cut(self) -> None:
        """Refuse connections, and drop those that are open."""
        self._is_cut = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()

    def drop(self) -> None:
        """Close the connections that are open; new ones are taken."""
        while self._open:
            end = self._open.pop()
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                if self._is_cut:  # while this connection was being made
                    self.drop()
                threading.Thread(target=self._pass_on, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(far, near, False), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, from_client: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._talks.wait()
                sink.sendall(data)
            self.lost += from_client
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def line(servers: Servers) -> Iterator[Line]:
    line = Line(servers.elasticsearch_url)
    line.connect()
    yield line
    line.talk()
    line.cut()


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> str:
    module_logs.store([EVENT])
    return module_logs.alias


def test_a_missing_index_is_said_and_searches_work_as_soon_as_it_is_there(logs: Logs, start_api: StartApi) -> None:
    api = start_api(logs.alias)
    before, ready_before = api.get("/api/logs/search"), api.get("/readyz")
    logs.store([EVENT])

    assert_envelope(before, 503)
    assert_envelope(ready_before, 503)
    assert "the indexer creates it" in before.json()["message"]
    assert before.headers["retry-after"]
    assert api.search()["total"] == 1
    assert api.get("/readyz").status_code == 200


def test_elasticsearch_that_refuses_is_503_and_comes_back_by_itself(
    stored: str, start_api: StartApi, line: Line
) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=line.url)
    line.cut()
    away, ready, health = (api.get(path) for path in ("/api/logs/search", "/readyz", "/healthz"))
    line.connect()

    assert_envelope(away, 503)
    assert away.headers["retry-after"]
    assert "127.0.0.1" not in away.text
    assert_envelope(ready, 503)
    assert health.status_code == 200
    wait_until(lambda: api.get("/api/logs/search").status_code == 200)


def test_elasticsearch_that_is_silent_is_503_soon_and_comes_back_by_itself(
    stored: str, start_api: StartApi, line: Line
) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=line.url)
    assert api.search()["total"] == 1
    line.fall_silent()
    started = time.monotonic()
    waiting = api.get("/api/logs/search")
    waited, started = time.monotonic() - started, time.monotonic()
    at_once = api.get("/api/logs/search")
    waited_again = time.monotonic() - started
    line.talk()

    assert_envelope(waiting, 503)
    assert_envelope(at_once, 503)
    assert waited < SOON_S
    assert waited_again < SOON_S
    wait_until(lambda: api.get("/api/logs/search").status_code == 200)


def test_a_connection_that_was_closed_in_the_meantime_costs_no_search(
    stored: str, start_api: StartApi, line: Line
) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=line.url)
    assert api.search()["total"] == 1
    line.drop()

    assert api.search()["total"] == 1


def test_the_api_starts_without_elasticsearch(stored: str, start_api: StartApi) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=f"http://127.0.0.1:{free_port()}")

    assert_envelope(api.get("/readyz"), 503)
    assert_envelope(api.get("/api/logs/search"), 503)


def test_a_search_that_runs_out_of_time_is_504(stored: str, start_api: StartApi, line: Line) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=line.url, API_SEARCH_TIMEOUT_S="0.001")
    line.fall_silent()

    assert_envelope(api.get("/api/logs/search"), 504)


def test_searches_beyond_the_cap_are_refused_at_once(stored: str, start_api: StartApi, line: Line) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=line.url, API_MAX_SEARCHES="1")
    assert api.search()["total"] == 1
    line.fall_silent()
    first = threading.Thread(target=api.get, args=("/api/logs/search",))
    first.start()
    wait_until(lambda: "gateway_logs_api_requests_in_flight 2.0" in api.get("/metrics").text)
    second = api.get("/api/logs/search")
    line.talk()
    first.join()

    assert_envelope(second, 503)
    assert "too many requests" in second.json()["message"]


def test_a_search_is_cancelled_when_its_client_hangs_up(stored: str, start_api: StartApi, line: Line) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=line.url)
    assert api.search()["total"] == 1
    lost = line.lost
    line.fall_silent()
    with contextlib.suppress(httpx.ReadTimeout):
        api.get("/api/logs/search", timeout=0.3)

    wait_until(lambda: 'route="/api/logs/search",status="499"' in api.get("/metrics").text, patience_s=10)
    line.talk()
    wait_until(lambda: line.lost > lost, patience_s=10)


def test_a_beginning_of_too_many_words_is_refused_with_what_to_do(logs: Logs, start_api: StartApi) -> None:
    limit = 70_000  # more than any heap's indices.query.bool.max_clause_count
    words = [" ".join(f"x{number:06}" for number in range(start, start + 7000)) for start in range(0, limit, 7000)]
    logs.store([{"created_at": NOON_MS, "content": f"trace {text}"} for text in words])
    api = start_api(logs.alias)

    assert api.search(query="x*")["total"] == 10
    assert_envelope(refused := api.get("/api/logs/search", params={"query": "trace.x*"}), 400)
    assert "make the prefixes before `*` longer" in refused.json()["message"]
