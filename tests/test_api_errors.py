"""Every answer has the one envelope and its id, whatever goes wrong; and who may read what."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from conftest import ROOT, Logs, RunningApi, Servers, StartApi, free_port, running_api, wait_until

NOON_MS = 1_795_521_600_000
EVENT = {"id": 1, "group": "ns-a", "created_at": NOON_MS}


class Line:
    """A line to Elasticsearch that can be made to fall silent, or be cut: what a server cannot be asked to do."""

    def __init__(self, target_url: str) -> None:
        target = urlsplit(target_url)
        self._target = (target.hostname, target.port)
        self._port = free_port()
        self._talks = threading.Event()
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._port}"
        self.lost = 0  # connections that the client closed

    def connect(self) -> None:
        """Take connections and pass bytes on."""
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
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
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


def assert_envelope(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["x-request-id"]
    assert set(answer.json()) == {"message", "success"}
    assert answer.json()["success"] is False
    assert answer.json()["message"]


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> str:
    module_logs.store([EVENT])
    return module_logs.alias


@pytest.fixture(scope="module")
def api(servers: Servers, stored: str) -> Iterator[RunningApi]:
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored}) as api:
        yield api


def test_every_failure_has_the_envelope(api: RunningApi) -> None:
    assert_envelope(api.get("/api/logs/search?page=0"), 400)
    assert_envelope(api.get("/api/log//search"), 400)
    assert_envelope(api.get("/"), 404)
    assert_envelope(api.get("/api/logs/search/"), 404)
    assert_envelope(api.get("/api/log/search"), 404)
    assert_envelope(api.get("/api/logs/%00"), 404)
    assert_envelope(httpx.post(f"{api.url}/api/logs/search"), 405)
    assert_envelope(httpx.delete(f"{api.url}/healthz"), 405)


def test_head_is_refused_on_a_search_and_answered_on_the_health_routes(api: RunningApi) -> None:
    search, health = (httpx.head(f"{api.url}{path}") for path in ("/api/logs/search", "/healthz"))

    assert (search.status_code, search.headers["allow"]) == (405, "GET")
    assert health.status_code == 200


def test_bytes_that_are_no_request_are_answered_in_the_envelope(api: RunningApi) -> None:
    address = urlsplit(api.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"RUBBISH\r\n\r\n")
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400")
    assert json.loads(body)["success"] is False


def test_a_sane_request_id_is_taken_over_and_another_replaced(api: RunningApi) -> None:
    sane, long = (api.get("/healthz", headers={"X-Request-Id": given}) for given in ("abc-1", "x" * 999))

    assert sane.headers["x-request-id"] == "abc-1"
    assert len(long.headers["x-request-id"]) == 32


def test_a_missing_index_is_said_and_searches_work_as_soon_as_it_is_there(logs: Logs, start_api: StartApi) -> None:
    api = start_api(logs.alias)
    before, ready_before = api.get("/api/logs/search"), api.get("/readyz")
    logs.store([EVENT])

    assert_envelope(before, 503)
    assert_envelope(ready_before, 503)
    assert "the indexer makes it" in before.json()["message"]
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


def test_elasticsearch_that_is_silent_is_503_within_two_seconds_and_comes_back_by_itself(
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
    assert waited < 2
    assert waited_again < 0.5
    wait_until(lambda: api.get("/api/logs/search").status_code == 200)


def test_the_api_starts_without_elasticsearch(stored: str, start_api: StartApi) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=f"http://127.0.0.1:{free_port()}")

    assert_envelope(api.get("/readyz"), 503)
    assert_envelope(api.get("/api/logs/search"), 503)


def test_a_search_that_runs_out_of_time_is_504(stored: str, start_api: StartApi, line: Line) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=line.url, API_SEARCH_TIMEOUT_S="0.001")
    line.fall_silent()
    threading.Timer(1.2, line.talk).start()

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
    assert "too many searches" in second.json()["message"]


def test_a_search_is_cancelled_when_its_client_hangs_up(stored: str, start_api: StartApi, line: Line) -> None:
    api = start_api(stored, ELASTICSEARCH_URL=line.url)
    assert api.search()["total"] == 1
    lost = line.lost
    line.fall_silent()
    with contextlib.suppress(httpx.ReadTimeout):
        httpx.get(f"{api.url}/api/logs/search", timeout=0.3)
    line.talk()

    wait_until(lambda: line.lost > lost)


def test_a_beginning_of_too_many_words_is_refused_with_what_to_do(logs: Logs, start_api: StartApi) -> None:
    limit = 70_000  # more than any heap's indices.query.bool.max_clause_count
    words = [" ".join(f"x{number:06}" for number in range(start, start + 7000)) for start in range(0, limit, 7000)]
    logs.store([{"created_at": NOON_MS, "content": f"trace {text}"} for text in words])
    api = start_api(logs.alias)

    assert api.search(query="x*")["total"] == 10
    assert_envelope(refused := api.get("/api/logs/search", params={"query": "trace.x*"}), 400)
    assert "make the beginnings before `*` longer" in refused.json()["message"]


KEYS = {"ns-a": ["key-a"], "组/b": ["key-b", "key-c"]}


@pytest.fixture(scope="module")
def locked(servers: Servers, stored: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApi]:
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    file.write_text(json.dumps(KEYS))
    keys = {"API_ADMIN_KEYS": "admin-1, admin-2", "API_GROUP_KEYS_FILE": str(file), "API_HOST": "0.0.0.0"}
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored}
    with running_api({**store, **keys}) as api:
        yield api


@pytest.mark.parametrize(
    ("authorization", "path", "status"),
    [
        ("", "/api/logs/search", 401),
        ("wrong", "/api/logs/search", 401),
        ("Bearer", "/api/logs/search", 401),
        ("Basic admin-1", "/api/logs/search", 401),
        ("admin-1,", "/api/logs/search", 401),
        ("ADMIN-1", "/api/logs/search", 401),
        ("wrong", "/api/logs/search?page=0", 401),
        ("admin-1", "/api/logs/search", 200),
        ("Bearer admin-2", "/api/logs/search", 200),
        ("bearer admin-2", "/api/log/ns-a/search", 200),
        ("key-a", "/api/log/ns-a/search", 200),
        ("Bearer key-a", "/api/log/ns-a/search?group=x", 200),
        ("key-c", "/api/log/%E7%BB%84%2Fb/search", 200),
        ("key-a", "/api/logs/search", 403),
        ("key-a", "/api/logs/search?group=ns-a", 403),
        ("key-a", "/api/log/ns-b/search", 403),
        ("key-a", "/api/log/ns-a%2F..%2Fns-b/search", 403),
        ("key-a", "/api/log//search", 403),
        ("", "/healthz", 200),
        ("", "/readyz", 200),
        ("", "/metrics", 200),
        ("", "/docs", 200),
        ("", "/openapi.json", 200),
    ],
)
def test_a_key_opens_what_it_is_for(locked: RunningApi, authorization: str, path: str, status: int) -> None:
    answer = locked.get(path, headers={"Authorization": authorization} if authorization else {})

    assert answer.status_code == status
    if status >= 400:
        assert_envelope(answer, status)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"API_HOST": "0.0.0.0"}, "API_HOST=0.0.0.0 is open to other machines, and no key is configured"),
        ({"API_GROUP_KEYS_FILE": "/nowhere.json"}, "API_GROUP_KEYS_FILE=/nowhere.json cannot be read: No such file"),
        ({"API_GROUP_KEYS_FILE": __file__}, "is not JSON like"),
        ({"API_PORT": "many"}, "API_PORT=many"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_sentence(environment: dict[str, str], sentence: str) -> None:
    command = [sys.executable, "-m", "api"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=20, check=False)

    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_as_a_success(stored: str, start_api: StartApi, ending: signal.Signals) -> None:
    api = start_api(stored)
    api.process.send_signal(ending)

    assert api.process.wait(10) == 0


def test_pages_of_other_origins_may_read_the_answers_when_allowed(stored: str, start_api: StartApi) -> None:
    api = start_api(stored, API_CORS_ORIGINS="https://panel.example.com")
    allowed, refused = (
        api.get("/api/logs/search?page=0", headers={"Origin": origin})
        for origin in ("https://panel.example.com", "https://evil.example.com")
    )

    assert allowed.headers["access-control-allow-origin"] == "https://panel.example.com"
    assert "access-control-allow-origin" not in refused.headers


def test_every_parameter_and_every_answer_is_documented(api: RunningApi) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    search = paths["/api/log/{group}/search"]["get"]

    assert all(parameter["description"] for parameter in search["parameters"])
    assert set(search["responses"]) == {"200", "400", "401", "403", "404", "503", "504", "default"}
    assert all(answer["content"]["application/json"]["example"] for answer in search["responses"].values())


def test_requests_are_counted_by_route_and_status(api: RunningApi) -> None:
    before, counted = (_answered(api) for _ in range(2))

    assert counted == before + 1


def _answered(api: RunningApi) -> float:
    api.search()
    line = 'gateway_logs_api_requests_total{route="/api/logs/search",status="200"} '
    return float(api.get("/metrics").text.partition(line)[2].partition("\n")[0])
