"""One key asks for all of everything, and does not read; another one is answered."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.envelope import assert_envelope
from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

LARGE = {"request_body": "x" * 900_000, "response_body": "y" * 900_000}
SLOTS = 4  # of each kind


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    module_logs.store([{"id": n, "created_at": NOON_MS + n, "request_detail": LARGE} for n in range(20)])
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    limits = dict.fromkeys(("API_MAX_SEARCHES", "API_MAX_EXPORTS", "API_MAX_TAILS"), str(SLOTS))
    with running_api({**store, **limits, "API_ADMIN_KEYS": "greedy,modest", "API_CLIENT_PATIENCE_S": "120"}) as api:
        yield api


def opened(api: RunningApi, path: str, key: str) -> tuple[socket.socket, int]:
    """Send a request and read its status, and no more."""
    address = urlsplit(api.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=60)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n\r\n".encode())
    return connection, int(connection.recv(12)[9:])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/logs/export?include_detail=true", "exports"),
        ("/api/logs/tail", "tails"),
    ],
)
def test_a_key_that_takes_what_it_can_leaves_some_for_others(api: RunningApi, path: str, name: str) -> None:
    with ExitStack() as connections:
        statuses: dict[str, list[int]] = {}
        for key, number in (("greedy", SLOTS), ("modest", 1)):
            for _ in range(number):
                connection, status = opened(api, path, key)
                connections.enter_context(closing(connection))
                statuses.setdefault(key, []).append(status)
        refused = api.get(path, headers={"Authorization": "greedy"})

    assert statuses == {"greedy": [200, 200, 429, 429], "modest": [200]}
    assert_envelope(refused, 429)
    assert refused.json()["message"] == (f"this key has its share of the {name}, 2 at one time: wait for one to end")
    assert int(refused.headers["retry-after"]) > 0
    wait_until(lambda: api.client.head(path, headers={"Authorization": "greedy"}).status_code == 200)


@pytest.mark.parametrize("key", ["greedy", "unknown"])
def test_a_crowd_with_one_key_or_with_none_takes_no_search_from_others(api: RunningApi, key: str) -> None:
    async def crowd() -> tuple[list[int], list[int]]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=api.url, timeout=60, verify=False, limits=limits) as client:

            async def search(key: str) -> int:
                path = "/api/logs/search?include_detail=false"
                return (await client.get(path, headers={"Authorization": key})).status_code

            async def several(key: str) -> list[int]:
                return [await search(key) for _ in range(10)]

            *greedy, modest = await asyncio.gather(*(several(key) for _ in range(40)), several("modest"))
        return [status for one in greedy for status in one], modest

    greedy, modest = asyncio.run(crowd())

    assert set(modest) == {200}
    assert set(greedy) == ({200, 429} if key == "greedy" else {401, 429})
