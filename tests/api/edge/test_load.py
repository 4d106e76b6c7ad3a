"""More than it can take: it answers what it can, refuses the rest at once, and stays small and alive."""

import asyncio
import json
import os
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.edge.protocol import LenientProtocol
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

CLIENTS, REQUESTS = 40, 15  # ten for each search that the API takes at one time
SOON_S = 8.0
IDLE = 200
ESTABLISHED = "01"  # as Linux writes it


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> str:
    large = {"request_body": "x" * 900_000, "response_body": "y" * 900_000}
    module_logs.store([{"id": n, "created_at": NOON_MS + n, "request_detail": large} for n in range(8)])
    return module_logs.alias


@pytest.fixture(scope="module")
def api(servers: Servers, stored: str) -> Iterator[RunningApi]:
    """An API that takes four searches at one time, and has little patience."""
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored}
    with running_api({**store, "API_MAX_SEARCHES": "4", "API_CLIENT_PATIENCE_S": "1"}) as api:
        yield api


async def crowd(url: str) -> tuple[list[httpx.Response], list[httpx.Response]]:
    """Return what many clients at one time are answered, and what /healthz says meanwhile."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=20, verify=False, limits=limits) as client:

        async def one() -> list[httpx.Response]:
            return [await client.get("/api/logs/search?include_detail=false") for _ in range(REQUESTS)]

        async def health() -> list[httpx.Response]:
            return [await client.get("/healthz") for _ in range(REQUESTS)]

        *answers, lively = await asyncio.gather(*(one() for _ in range(CLIENTS)), health())
    return [answer for of_one in answers for answer in of_one], lively


def test_under_ten_times_its_load_it_answers_what_it_can_and_refuses_the_rest(api: RunningApi) -> None:
    before_mb = resident_mb(api)
    answers, lively = asyncio.run(crowd(api.url))
    refused = [answer for answer in answers if answer.status_code == 503]

    assert set(Counter(answer.status_code for answer in answers)) == {200, 503}
    assert len(answers) - len(refused) > REQUESTS
    assert {answer.headers["retry-after"] for answer in refused} == {"2"}
    assert {answer.json()["message"] for answer in refused} == {
        "too many requests at the moment: try again in a moment"
    }
    assert {answer.status_code for answer in lively} == {200}
    assert resident_mb(api) - before_mb < 60


def test_a_refusal_comes_at_once_and_the_place_comes_back(api: RunningApi) -> None:
    wait_until(lambda: api.get("/api/logs/search?include_detail=false").status_code == 200)

    assert "gateway_logs_api_requests_in_flight 1.0" in api.get("/metrics").text


def test_refusals_are_counted_named_and_leave_the_connection_open(api: RunningApi) -> None:
    async def refused() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=api.url, timeout=60, limits=httpx.Limits(max_connections=20)) as client:
            asked = [client.get("/api/logs/search", headers={"X-Request-Id": f"mine-{n}"}) for n in range(60)]
            answers = await asyncio.gather(*asked)
            after = await client.get("/healthz")
        return [answer for answer in (*answers, after) if answer.status_code == 503]

    before = count_of_refusals(api)
    answers = asyncio.run(refused())

    assert answers
    assert all(answer.headers["x-request-id"].startswith("mine-") for answer in answers)
    assert "keep-alive" in {answer.headers.get("connection") for answer in answers}
    assert count_of_refusals(api) - before == len(answers)


def test_a_refused_request_gets_one_answer_and_the_next_on_its_connection_another(api: RunningApi) -> None:
    address = urlsplit(api.url)

    async def two() -> bytes:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"GET /api/logs/search HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n\r\nabc")
        first = await reader.readuntil(b"}")
        writer.write(b"GET /api/nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        answers = first + await reader.read()
        writer.close()
        return answers

    async def crowd() -> list[bytes]:
        return await asyncio.gather(*(two() for _ in range(CLIENTS)))

    found = [re.findall(rb"HTTP/1\.1 (\d+)", answers) for answers in asyncio.run(crowd())]

    assert {len(statuses) for statuses in found} == {2}
    assert {status for statuses in found for status in statuses} <= {b"200", b"503", b"404"}
    assert [b"503", b"503"] in found or [b"503", b"404"] in found


def count_of_refusals(api: RunningApi) -> float:
    lines = api.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if re.match(r".*requests_total\{.*status=\"503\"", line))


def test_a_browser_of_another_origin_can_read_that_it_was_refused(servers: Servers, stored: str) -> None:
    environment = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored, "API_CORS_ORIGINS": "*"}
    with running_api({**environment, "API_MAX_SEARCHES": "1"}) as api:
        panel = {"Origin": "https://panel.example"}

        async def crowd() -> list[httpx.Response]:
            async with httpx.AsyncClient(base_url=api.url, timeout=60) as client:
                return await asyncio.gather(*(client.get("/api/logs/search", headers=panel) for _ in range(30)))

        refused = [answer for answer in asyncio.run(crowd()) if answer.status_code == 503]

    assert refused
    assert {answer.headers["access-control-allow-origin"] for answer in refused} == {"*"}


def resident_mb(api: RunningApi) -> float:
    pages = int(Path(f"/proc/{api.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def connection(api: RunningApi) -> Iterator[socket.socket]:
    address = urlsplit(api.url)
    with closing(socket.create_connection((address.hostname, address.port), timeout=10)) as opened:
        yield opened


def answer_to(opened: socket.socket) -> tuple[bytes, dict[str, object]]:
    """Return the status line and the body of what comes until the server closes."""
    head, _, body = b"".join(iter(lambda: opened.recv(65_536), b"")).partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0], json.loads(body)


@pytest.mark.parametrize("sent", [b"", b"GET /api/logs/sea", b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: "])
def test_a_client_that_sends_no_whole_request_is_told_and_cut(api: RunningApi, sent: bytes) -> None:
    with connection(api) as opened:
        opened.sendall(sent)
        started = time.monotonic()
        status, body = answer_to(opened)

    assert status == b"HTTP/1.1 408 Request Timeout"
    assert body["success"] is False
    assert time.monotonic() - started < 1 + SOON_S


def test_a_second_request_on_a_connection_has_its_own_time(api: RunningApi) -> None:
    with connection(api) as opened:
        opened.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        first = b""
        while not first.endswith(b'"success":true}'):  # its head and its body may come apart
            first += opened.recv(65_536)
        opened.sendall(b"GET /healthz HTT")

        assert first.startswith(b"HTTP/1.1 200")
        assert answer_to(opened)[0] == b"HTTP/1.1 408 Request Timeout"


@pytest.mark.parametrize(
    "line", [b"GET /api/logs/search?query=%b HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nx-long: %b\r\n\r\n"]
)
def test_an_address_or_a_header_of_a_megabyte_is_refused(api: RunningApi, line: bytes) -> None:
    with connection(api) as opened:
        opened.sendall(line % (b"x" * 1_000_000))
        status, body = answer_to(opened)

    assert status == b"HTTP/1.1 431 Request Header Fields Too Large"
    assert body["message"] == "the request line and the headers together are limited to 131072 bytes"


def test_an_address_of_a_hundred_kilobytes_is_read(api: RunningApi) -> None:
    with connection(api) as opened:
        opened.sendall(b"GET /api/logs/search?page=%b HTTP/1.1\r\nconnection: close\r\n\r\n" % (b"x" * 100_000))
        status, body = answer_to(opened)

    assert status == b"HTTP/1.1 400 Bad Request"
    assert len(str(body)) < 250


def test_a_client_that_never_takes_its_answer_is_cut(api: RunningApi) -> None:
    with connection(api) as opened:
        opened.sendall(b"GET /api/logs/search HTTP/1.1\r\nhost: localhost\r\n\r\n")
        opened.recv(1, socket.MSG_PEEK)
        wait_until(lambda: not is_served(opened))
        head, _, body = b"".join(iter(lambda: opened.recv(1_000_000), b"")).partition(b"\r\n\r\n")

    assert b"transfer-encoding: chunked" in head.lower()
    assert not body.endswith(b"\r\n0\r\n\r\n")  # the last chunk


def is_served(opened: socket.socket) -> bool:
    """Tell whether the server still holds its end of a connection."""
    (near, far) = (f":{end[1]:04X}" for end in (opened.getpeername(), opened.getsockname()))
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    return any(row[1].endswith(near) and row[2].endswith(far) and row[3] == ESTABLISHED for row in rows)


def test_idle_connections_keep_nobody_out_and_do_not_stay(api: RunningApi) -> None:
    with ExitStack() as opened:
        idle = [opened.enter_context(connection(api)) for _ in range(IDLE)]
        assert api.get("/api/logs/search?include_detail=false").status_code == 200
        wait_until(lambda: not any(map(is_served, idle)))


def test_half_closed_and_pipelined_requests_are_answered(stored: str, start_api: StartApi) -> None:
    with connection(start_api(stored)) as opened:
        opened.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n" * 3 + b"GET /healthz HTTP/1.0\r\n\r\n")
        received = b"".join(iter(lambda: opened.recv(65_536), b""))

    assert received.count(b"HTTP/1.1 200 OK") == 4


def test_a_client_that_never_ends_its_body_is_cut(api: RunningApi) -> None:
    with connection(api) as opened:
        opened.sendall(b"POST /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\nb")
        answered = b"".join(iter(lambda: opened.recv(65_536), b""))

    assert answered.startswith(b"HTTP/1.1 405")


def test_a_body_that_looks_like_a_request_is_left_as_it_is(stored: str, start_api: StartApi) -> None:
    body = b"GET " + b"\xff" * 25 + b"\r\nGET /healthz HTTP/1.1\r\nx-swallows: "
    with connection(start_api(stored)) as opened:
        opened.sendall(b"POST /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(body))
        first = opened.recv(65_536)  # the head was read: the body comes by itself
        opened.sendall(body)
        opened.sendall(b"GET /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        answers = first + b"".join(iter(lambda: opened.recv(65_536), b""))

    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"405", b"404"]


def test_the_first_line_of_a_request_may_come_in_pieces() -> None:
    line = LenientProtocol.__new__(LenientProtocol)
    pieces = [b"GET /?query=\xe8", b"\xb6\x85 HTTP/1.1\r\nx: \xe8", b"\xb6"]

    assert [line._percent_encoded(piece) for piece in pieces[:2]] == [
        b"GET /?query=%E8",
        b"%B6%85 HTTP/1.1\r\nx: \xe8",
    ]
    assert not line._is_in_first_line
