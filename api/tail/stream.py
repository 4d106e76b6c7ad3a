"""One tail: server-sent events to one client, for as long as it reads them."""

import asyncio
from collections.abc import Callable, Iterator
from time import monotonic
from typing import NamedTuple

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.checkpoints.beat import Feed
from api.checkpoints.position import Position, event_id, first_behind
from api.edge.protocol import LINE, LenientProtocol
from api.errors import ApiError
from api.tail.pages import Backlog, Filter

RECONNECT_MS = 2000
PIECE_BYTES = 65_536  # and what the last event in it is longer
EVENT_END = b"\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # or nginx holds the events back
]
TOO_SLOW = "the reader takes nothing: connect again with Last-Event-ID, and read faster or filter more narrowly"
NO_LONGER = "the key is no longer good for these logs"
ENDING = "the service is being restarted: connect again with Last-Event-ID"


class Patience(NamedTuple):
    """How long, in seconds, a tail is silent at most, and waits for its reader."""

    heartbeat_s: float
    reader_s: float


class Tail(NamedTuple):
    """What a client asked to follow."""

    wanted: Filter
    position: Position
    message: str
    is_allowed: Callable[[], bool]


class Stream(Response):
    """The answer to one tail."""

    def __init__(self, tail: Tail, feed: Feed, backlog: Backlog, patience: Patience) -> None:
        self.background = None
        self._tail = tail
        self._feed = feed
        self._backlog = backlog
        self._patience = patience
        self._position = tail.position
        self._sent_s = monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # the edge listens
        """Send events until the client, the key or the service ends it."""
        line: LenientProtocol = scope["extensions"][LINE]
        scope["state"]["place"].leave()  # tails have a bound of their own
        self._send = send
        with self._feed.listener():
            try:
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                reason = await self._follow(line)
            except TimeoutError:
                reason = TOO_SLOW
        line.end(_event("end", reason))

    async def _follow(self, line: LenientProtocol) -> str:
        """Send what there is, beat by beat; return why it ends."""
        await self._write(self._beginning())
        while True:
            try:
                while await self._advance():
                    if reason := self._reason_to_end(line):
                        return reason
            except ApiError as error:
                if error.status not in (503, 504):
                    return error.message
            if reason := self._reason_to_end(line):
                return reason
            await self._stay_alive()
            await self._feed.next_beat()

    def _beginning(self) -> bytes:
        # The position at once: a client that is cut before the first log resumes from here.
        head = f"retry: {RECONNECT_MS}\nid: {event_id(self._position)}\n".encode()
        return head + _event("start", self._tail.message)

    async def _advance(self) -> bool:
        """Send the next page; tell whether there was one."""
        lane = first_behind(self._position, self._feed.lanes)
        if lane is None:
            return False
        page = await self._backlog.page(self._tail.wanted, self._position, lane)
        if page.events:
            await self._write(page.events)
        self._position = page.position
        return True

    def _reason_to_end(self, line: LenientProtocol) -> str:
        if line.is_ending:
            return ENDING
        return "" if self._tail.is_allowed() else NO_LONGER

    async def _stay_alive(self) -> None:
        if monotonic() - self._sent_s >= self._patience.heartbeat_s:
            await self._write(b"id: %b\n: alive\n\n" % event_id(self._position).encode())

    async def _write(self, events: bytes) -> None:
        """Hand events to the connection; raise TimeoutError where the reader has taken nothing for too long.

        In pieces, each once the reader has taken most of those before: all tails share the page itself.
        """
        for piece in pieces(events):
            async with asyncio.timeout(self._patience.reader_s):
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            self._sent_s = monotonic()


def pieces(events: bytes) -> Iterator[bytes]:
    """Cut a page between events: a reader that is given up is told so behind a whole one, or would skip half of it."""
    begin = 0
    while begin < len(events):
        blank = events.find(EVENT_END, begin + PIECE_BYTES)
        end = len(events) if blank < 0 else blank + len(EVENT_END)
        yield events[begin:end]
        begin = end


def _event(name: str, message: str) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode({"message": message}))
