"""A client of server-sent events: what a tail sends, as it comes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR
from threading import Thread
from typing import Any, NamedTuple

import httpx

from tests.support.programs import RunningApi
from tests.support.waiting import wait_until


class Event(NamedTuple):
    """One event as it was dispatched."""

    name: str
    id: str
    data: Any


class Tailing:
    """One open tail, read by a thread of its own."""

    def __init__(self, answer: httpx.Response) -> None:
        self.events: list[Event] = []
        self.last_id = ""
        self.is_over = False
        self._answer = answer
        Thread(target=self._read, daemon=True).start()

    @property
    def logs(self) -> list[int]:
        """Return the ids of the logs that came, in their order."""
        return [event.data["id"] for event in self.events if event.name == "message"]

    def wait_for(self, count: int) -> list[int]:
        """Return the logs once there are this many."""
        wait_until(lambda: len(self.logs) >= count)
        return self.logs

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            for line in self._answer.iter_lines():
                name, _, value = line.partition(": ")
                fields |= {name: value}
                if not line:
                    self._dispatch(fields)
                    fields = {}
        except (httpx.HTTPError, httpx.StreamError):
            pass
        self.is_over = True

    def _dispatch(self, fields: dict[str, str]) -> None:
        self.last_id = fields.get("id", self.last_id)
        if "data" in fields:
            self.events.append(Event(fields.get("event", "message"), self.last_id, json.loads(fields["data"])))


@contextmanager
def tailing(api: RunningApi, path: str = "/api/logs/tail", last_id: str = "", **headers: str) -> Iterator[Tailing]:
    """Open a tail; it follows from the moment that this returns."""
    sent = headers | ({"Last-Event-ID": last_id} if last_id else {})
    with (
        httpx.Client(base_url=api.url, timeout=20, verify=False) as client,
        client.stream("GET", path, headers=sent) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        tail = Tailing(answer)
        wait_until(lambda: bool(tail.events))
        try:
            yield tail
        finally:  # to close is not enough: a thread is reading
            connection = answer.extensions["network_stream"].get_extra_info("socket")
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
