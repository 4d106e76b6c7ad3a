"""One tail: server-sent events to one client for as long as it reads them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import monotonic
from typing import NamedTuple

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.checkpoints.event_ids import EventIds
from api.checkpoints.poller import CheckpointPoller
from api.checkpoints.position import BEFORE_FIRST, Position, first_unread
from api.edge.exchange import Reading, exchange_of
from api.edge.protocol import LenientProtocol
from api.errors import ApiError
from api.services import Services
from api.tail.pages import TailPages, TailSelection

RECONNECT_MS = 2000
TAIL_COPIES = 3  # of a page: as it was read, as events, and on its way to the client
CHUNK_BYTES = 65_536  # minimum size of a chunk; a chunk always ends on an event boundary
EVENT_END = b"\n\n"
TAIL_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # or nginx holds the events back
]
TOO_SLOW = "the client does not read: connect again with Last-Event-ID, and read faster or filter more"
RESTARTING = "the service is restarting: connect again with Last-Event-ID"


class Tail(NamedTuple):
    """What a client follows."""

    selected: TailSelection
    position: Position
    ids: EventIds
    message: str
    is_allowed: Callable[[], bool]  # its key still allows the tail
    reading: Reading


class Stream(Response):
    """The answer to one tail.

    `Response.__init__` is not called: it builds a body, and this answer has no end.
    """

    def __init__(self, tail: Tail, services: Services) -> None:
        self.background = None
        self._tail = tail
        self._services = services
        self._poller: CheckpointPoller = services.moments.poller
        self._pages = TailPages(services.store, services.phrases, services.tail_reads, tail.ids)
        self._heartbeat_s = services.settings.api_tail_heartbeat_s
        self._patience_s = services.settings.api_client_patience_s / 2
        self._position = tail.position
        self._sent_s = monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # the middleware reads
        """Send events until the client, the key or the service ends the tail."""
        exchange = exchange_of(scope)
        self._send = send
        with ExitStack() as open_tail:
            open_tail.enter_context(self._services.tails.take(exchange.key))
            open_tail.enter_context(self._services.metrics.tails.track_inprogress())
            open_tail.enter_context(self._poller.listener())
            exchange.release_slot()
            await send({"type": "http.response.start", "status": 200, "headers": TAIL_HEADERS})
            if exchange.is_head:
                await send({"type": "http.response.body"})
                return
            reason = await self._follow_while_allowed(exchange.connection)
        exchange.connection.end(_event("end", reason))

    async def _follow_while_allowed(self, connection: LenientProtocol) -> str:
        """Send new logs; return why the tail ends."""
        try:
            async with self._services.access.streams.while_allowed(self._tail.is_allowed):
                return await self._follow(connection)
        except TimeoutError:
            return TOO_SLOW
        except ApiError as error:
            return error.message

    async def _follow(self, connection: LenientProtocol) -> str:
        """Send new logs after each poll; return why the tail ends."""
        await self._write(self._first_event())
        while True:
            try:
                reason = await self._catch_up(connection)
            except ApiError as error:
                reason = "" if error.status in (503, 504) else error.message
            if reason := reason or _reason_to_end(connection):
                return reason
            await self._heartbeat()
            await self._poller.next_poll()

    async def _catch_up(self, connection: LenientProtocol) -> str:
        """Send pages until all logs of the latest poll were sent; return why the tail ends before that, or ""."""
        while await self._advance():
            if reason := _reason_to_end(connection):
                return reason
        return ""

    def _first_event(self) -> bytes:
        # With the position: a client that is disconnected before the first log resumes from here.
        head = f"retry: {RECONNECT_MS}\nid: {self._id()}\n".encode()
        return head + _event("start", self._tail.message)

    async def _advance(self) -> bool:
        """Send the next page; tell whether there was one."""
        shard = first_unread(self._position, self._poller.shards)
        if shard is None:
            return False
        position = self._position
        listing = await self._pages.listing(position.get(shard.key, BEFORE_FIRST), shard, self._tail.selected)
        if listing.hits:
            with await self._services.tail_budget.take(TAIL_COPIES * listing.document_bytes, patience_s=None):
                page = await self._pages.page(listing, position, self._poller.shards)
                self._tail.reading.count += len(listing.hits)
                await self._write(page.events)
        self._position = {**position, shard.key: listing.reached}
        return True

    async def _heartbeat(self) -> None:
        if monotonic() - self._sent_s >= self._heartbeat_s:
            await self._write(b"id: %b\n: alive\n\n" % self._id().encode())

    def _id(self) -> str:
        return self._tail.ids.write(self._position, self._poller.shards)

    async def _write(self, events: bytes) -> None:
        """Send events; raise TimeoutError where the client reads nothing for too long.

        In chunks, each once the client has read most of those before: until then all tails share the page itself.
        """
        for chunk in chunks(events):
            async with asyncio.timeout(self._patience_s):
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
            self._sent_s = monotonic()


def _reason_to_end(connection: LenientProtocol) -> str:
    return RESTARTING if connection.is_ending else ""


def chunks(events: bytes) -> Iterator[bytes]:
    """Cut a page at event boundaries: a slow client is sent `end` behind a whole event, so it skips no log."""
    begin = 0
    while begin < len(events):
        boundary = events.find(EVENT_END, begin + CHUNK_BYTES)
        end = len(events) if boundary < 0 else boundary + len(EVENT_END)
        yield events[begin:end]
        begin = end


def _event(name: str, message: str) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode({"message": message}))
