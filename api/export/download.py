"""One export on its way to the client: the head, the pages as they are read, and a trailer with the number of logs."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from functools import partial

import structlog
from msgspec import Struct
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.edge.exchange import Exchange, Reading, exchange_of
from api.errors import ApiError
from api.export.formats import Write
from api.export.walk import Part, Reader, Walk, next_of, pages
from api.query import count_body, in_point_in_time, matching
from api.services import Services
from api.store.answers import Hit

EXPORT_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"vary", b"accept-encoding"),
    (b"trailer", b"x-export-count"),
    (b"connection", b"close"),
)
GZIP_LEVEL = 4  # half of what level 9 saves beyond it, in a third of the time
_log = structlog.get_logger()


class File(Struct, frozen=True):
    """What a client asked for: which logs, and how they are written."""

    walk: Walk
    write: Write
    header: bytes  # before the first log
    headers: tuple[tuple[bytes, bytes], ...]  # of the HTTP answer
    is_compressed: bool


class Download(Response):
    """The answer to one export.

    `Response.__init__` is not called: it builds a body, and this answer is sent as it is read.
    """

    def __init__(self, services: Services, file: File, is_allowed: Callable[[], bool], reading: Reading) -> None:
        self.background = None
        self._store = services.store
        self._budget = services.budget
        self._exports = services.exports
        self._streams = services.access.streams
        self._file = file
        self._is_allowed = is_allowed  # its key still allows the export
        self._reading = reading
        self._expected = 0  # logs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # the middleware reads
        """Send the file. A failure before the first byte has a status; after it the connection is closed early."""
        exchange = exchange_of(scope)
        with self._exports.take(exchange.key):
            exchange.release_slot()
            async with self._store.point_in_time() as pit, self._walk(pit) as walk:
                self._expected, first = await self._count(pit), await next_of(walk)
                await send({"type": "http.response.start", "status": 200, "headers": self._head()})
                if exchange.is_head:
                    await send({"type": "http.response.body"})
                    return
                end = await self._send_all(first, walk, exchange, send)
            end()  # after the point in time is closed: the middleware cancels what still runs on a closed connection

    def _walk(self, pit: str) -> aclosing[AsyncGenerator[Part, None]]:
        return aclosing(pages(Reader(self._store, self._budget, pit), self._file.walk))

    async def _count(self, pit: str) -> int:
        walk = self._file.walk
        body = in_point_in_time(count_body(matching(walk.view, walk.params)), pit)
        (counted,) = await self._store.search([body])
        return min(counted.total, walk.limit)

    def _head(self) -> list[tuple[bytes, bytes]]:
        encoding = [(b"content-encoding", b"gzip")] if self._file.is_compressed else []
        return [*self._file.headers, *encoding, (b"x-export-total", b"%d" % self._expected), *EXPORT_HEADERS]

    async def _send_all(
        self, part: Part | None, walk: AsyncIterator[Part], exchange: Exchange, send: Send
    ) -> Callable[[], None]:
        """Send the logs; return the function that ends the answer."""
        self._reading.is_complete = False
        try:
            async with self._streams.while_allowed(self._is_allowed):
                await self._send_pages(part, walk, send)
        except ApiError as error:
            exchange.reason = error.reason or error.message
            _log.warning("export ended early", rows=self._reading.count, reason=exchange.reason)
            return exchange.connection.cut
        self._reading.is_complete = True
        return partial(exchange.connection.finish, b"x-export-count: %d" % self._reading.count)

    async def _send_pages(self, part: Part | None, walk: AsyncIterator[Part], send: Send) -> None:
        compressor = _Compressor(is_compressed=self._file.is_compressed)
        await _send(send, compressor.add(self._file.header))
        while part:
            self._reading.count += len(part.hits)
            # In a thread, so that other requests are answered meanwhile.
            await _send(send, await asyncio.to_thread(self._written, compressor, part.hits))
            part = await next_of(walk)
        if self._reading.count != self._expected:
            found = f"{self._reading.count} of {self._expected} logs were read"
            raise ApiError(500, "the export is not complete", reason=found)
        await _send(send, compressor.end())

    def _written(self, compressor: "_Compressor", hits: Sequence[Hit]) -> bytes:
        return compressor.add(self._file.write(hits))


class _Compressor:
    """Compresses with gzip, or passes bytes through."""

    def __init__(self, *, is_compressed: bool) -> None:
        self._gzip = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16) if is_compressed else None

    def add(self, data: bytes) -> bytes:
        return self._gzip.compress(data) if self._gzip else data

    def end(self) -> bytes:
        return self._gzip.flush() if self._gzip else b""


async def _send(send: Send, body: bytes) -> None:
    if body:
        await send({"type": "http.response.body", "body": body, "more_body": True})
