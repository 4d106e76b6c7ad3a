"""A key that is withdrawn ends what runs for it, also where the client does not read."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.access.streams import Streams
from api.errors import ApiError
from tests.support.log_lines import line_of, log_lines
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi
from tests.support.tailing import tailing
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

LARGE = {"request_body": "x" * 900_000, "response_body": "y" * 900_000}
PATIENCE_S = "120"  # for a client that does not read: nothing else ends it


def keys(*names: str) -> str:
    return json.dumps({"ns": [{"name": name, "key": name} for name in names]})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "keys.json"
    file.write_text(keys("mine", "theirs"))
    return file


@pytest.fixture
def api(logs: Logs, start_api: StartApi, file: Path) -> RunningApi:
    logs.store([{"id": n, "group": "ns", "created_at": NOON_MS + n, "request_detail": LARGE} for n in range(40)])
    return start_api(logs.alias, API_GROUP_KEYS_FILE=str(file), API_CLIENT_PATIENCE_S=PATIENCE_S)


@contextmanager
def unread(api: RunningApi, path: str, key: str) -> Iterator[socket.socket]:
    """Send a request and read no more than the beginning of its answer."""
    address = urlsplit(api.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {key}\r\nX-Request-Id: {key}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(12) == b"HTTP/1.1 200"
        yield connection


def rest(connection: socket.socket) -> bytes:
    """Return what comes until the end."""
    parts = []
    with suppress(ConnectionResetError):
        while part := connection.recv(1_000_000):
            parts.append(part)
    return b"".join(parts)


def test_an_export_of_a_withdrawn_key_ends_as_failed_and_others_go_on(api: RunningApi, file: Path) -> None:
    path = "/api/log/ns/export?include_detail=true&format=ndjson"
    with unread(api, path, "mine") as mine, unread(api, path, "theirs") as theirs:
        file.write_text(keys("theirs"))
        wait_until(lambda: bool(log_lines(api, "export ended early")))
        failed, whole = rest(mine), rest(theirs)
    wait_until(lambda: len(log_lines(api, "logs read")) == 2)

    assert b"x-export-count" not in failed.partition(b"\r\n\r\n")[2]
    assert not failed.endswith(b"0\r\n\r\n")
    assert whole.endswith(b"x-export-count: 40\r\n\r\n")
    assert [line_of(api, "logs read", key)["complete"] for key in ("mine", "theirs")] == [False, True]
    assert line_of(api, "answered", "mine")["reason"] == "the key no longer gives access to these logs"


def test_a_tail_of_a_withdrawn_key_says_so_behind_a_whole_event(api: RunningApi, file: Path, logs: Logs) -> None:
    with (
        unread(api, "/api/log/ns/tail", "mine") as mine,
        tailing(api, "/api/log/ns/tail", Authorization="theirs") as other,
    ):
        logs.store([{"id": n, "group": "ns", "created_at": NOON_MS, "request_detail": LARGE} for n in range(50, 70)])
        other.wait_for(20)  # mine has stopped reading within them
        file.write_text(keys("theirs"))
        wait_until(lambda: bool(log_lines(api, "logs read")))
        events = rest(mine).decode().split("\n\n")
        logs.store([{"id": 99, "group": "ns", "created_at": NOON_MS}])
        other.wait_for(21)

    assert 'event: end\ndata: {"message":"the key no longer gives access to these logs"}' in events[-2]
    assert 1 < sum("data: {" in event for event in events) < 22
    assert all(event.count("\ndata: ") <= 1 for event in events)


def test_a_key_that_loses_a_right_ends_what_it_was_used_for(api: RunningApi, file: Path) -> None:
    with tailing(api, "/api/log/ns/tail", Authorization="mine") as tail:
        file.write_text(json.dumps({"ns": [{"name": "renamed", "key": "mine"}]}))
        wait_until(lambda: "the key file was read again" in str(log_lines(api, "the key file was read again")))
        assert not tail.is_over
        file.write_text(json.dumps({"ns": [{"name": "renamed", "key": "mine", "bodies": False}]}))
        wait_until(lambda: tail.is_over)

    assert tail.events[-1].name == "end"


def test_what_is_no_longer_allowed_is_cancelled_wherever_it_waits() -> None:
    async def cancelled() -> str:
        streams = Streams()
        asyncio.get_running_loop().call_soon(streams.end_withdrawn)
        try:
            async with streams.while_allowed(lambda: False):
                await asyncio.Event().wait()
        except ApiError as error:
            return error.message
        return ""

    assert asyncio.run(cancelled()) == "the key no longer gives access to these logs"


def test_a_timeout_of_its_own_stays_one() -> None:
    async def timed_out() -> None:
        async with Streams().while_allowed(lambda: True):
            raise TimeoutError

    with pytest.raises(TimeoutError):
        asyncio.run(timed_out())
