"""Every answer has the one envelope and its id; the program says at start what is wrong, and ends when told."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.api.envelope import assert_envelope
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.repository import ROOT
from tests.support.servers import Servers
from tests.support.times import NOON_MS

EVENT = {"id": 1, "group": "ns-a", "created_at": NOON_MS}


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
    assert_envelope(api.get("/console/nowhere"), 404)
    assert_envelope(api.get("/api/logs/stats/"), 404)
    assert_envelope(api.get("/api/log/ns-a/serach"), 404)
    assert_envelope(api.get("/api/logs/%00"), 404)
    assert_envelope(api.client.post("/api/logs/search"), 405)
    assert_envelope(api.client.delete("/healthz"), 405)


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


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"API_HOST": "0.0.0.0"}, "API_HOST=0.0.0.0 can be reached by other machines, and no key is configured"),
        ({"API_ADMIN_KEYS": " , "}, "API_ADMIN_KEYS: it has no key in it"),
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
    assert {name.strip() for name in allowed.headers["access-control-expose-headers"].split(",")} == {
        "Content-Disposition",
        "Retry-After",
        "X-Export-Message",
        "X-Export-Total",
        "X-Request-Id",
    }
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize(
    ("origin", "header", "status"),
    [
        ("https://panel.example.com", "authorization, last-event-id", 204),
        ("https://panel.example.com", "traceparent, tracestate, baggage, sentry-trace, x-requested-with", 204),
        ("https://panel.example.com", "cache-control, pragma, if-none-match", 204),
        ("https://evil.example.com", "authorization", 400),
        ("https://panel.example.com", "x-other", 400),
    ],
)
def test_a_browser_that_asks_beforehand_is_answered_in_the_envelope(
    stored: str, start_api: StartApi, origin: str, header: str, status: int
) -> None:
    api = start_api(stored, API_CORS_ORIGINS="https://panel.example.com")
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": header}
    answer = api.client.options("/api/logs/search", headers=asked)

    assert answer.status_code == status
    assert answer.headers["vary"].startswith("Origin")
    if status == 400:
        assert_envelope(answer, 400)


def test_requests_are_counted_by_route_and_status(api: RunningApi) -> None:
    before, counted = (_answered(api) for _ in range(2))

    assert counted == before + 1


def _answered(api: RunningApi) -> float:
    api.search()
    line = 'gateway_logs_api_requests_total{route="/api/logs/search",status="200"} '
    return float(api.get("/metrics").text.partition(line)[2].partition("\n")[0])
