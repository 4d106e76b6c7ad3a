"""One export on its way to a client: the head, the pages as they come, and at the end how many logs they held."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from functools import partial

import structlog
from msgspec import Struct
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.edge.protocol import LINE, LenientProtocol
from api.errors import ApiError
from api.export.formats import Write
from api.export.walk import Walk, pages
from api.query import count_body, matching
from api.store.answers import Hit
from api.store.client import Store

HEADERS = (
    (b"cache-control", b"no-store"),
    (b"vary", b"accept-encoding"),
    (b"trailer", b"x-export-count"),
    (b"connection", b"close"),
)
GZIP_LEVEL = 4  # half of what the best would still save, in a third of the time
_log = structlog.get_logger()


class Exports:
    """The exports that are under way, all of the process."""

    def __init__(self, most: int) -> None:
        self._free = most

    @contextmanager
    def place(self) -> Iterator[None]:
        """Count an export while it runs; raise `ApiError` 503 where it is one too many."""
        if not self._free:
            raise ApiError(503, "too many exports are under way: try again in a moment")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class Order(Struct, frozen=True):
    """What a client ordered: which logs, and how they are written."""

    walk: Walk
    write: Write
    head: bytes  # what stands before the first log
    headers: tuple[tuple[bytes, bytes], ...]
    is_compressed: bool


class Download(Response):
    """The answer to one export."""

    def __init__(self, store: Store, exports: Exports, order: Order) -> None:
        self.background = None
        self._store = store
        self._exports = exports
        self._order = order
        self._coming = 0  # logs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # the edge listens
        """Send everything; what goes wrong before the first byte has a status, later the connection is cut."""
        with self._exports.place():
            scope["state"]["place"].leave()  # exports have a bound of their own
            async with self._store.point_in_time() as pit, aclosing(pages(self._store, pit, self._order.walk)) as walk:
                self._coming, hits = await self._count(pit), await _next(walk)
                await send({"type": "http.response.start", "status": 200, "headers": self._head()})
                end = await self._send_all(hits, walk, scope["extensions"][LINE], send)
            end()  # not before the point in time is given back: the edge stops what a closed connection waits for

    async def _count(self, pit: str) -> int:
        (counted,) = await self._store.search([count_body(matching(self._order.walk.params))], pit)
        return min(counted.hits.total.value if counted.hits.total else 0, self._order.walk.limit)

    def _head(self) -> list[tuple[bytes, bytes]]:
        packed = [(b"content-encoding", b"gzip")] if self._order.is_compressed else []
        return [*self._order.headers, *packed, (b"x-export-total", b"%d" % self._coming), *HEADERS]

    async def _send_all(
        self, hits: Sequence[Hit], walk: AsyncIterator[Sequence[Hit]], line: LenientProtocol, send: Send
    ) -> Callable[[], None]:
        """Send the logs; return how the answer is to be ended."""
        rows, packer = 0, _Packer(is_compressed=self._order.is_compressed)
        try:
            await _send(send, packer.add(self._order.head))
            while hits:
                # In a thread: other requests are answered in between.
                await _send(send, await asyncio.to_thread(self._written, packer, hits))
                rows += len(hits)
                hits = await _next(walk)
            self._check(rows)
            await _send(send, packer.end())
        except ApiError as error:
            _log.warning("an export broke off", rows=rows, reason=error.reason or error.message)
            return line.cut
        return partial(line.finish, b"x-export-count: %d" % rows)

    def _check(self, rows: int) -> None:
        if rows != self._coming:
            raise ApiError(500, "the export is not whole", reason=f"{rows} logs came of {self._coming}")

    def _written(self, packer: "_Packer", hits: Sequence[Hit]) -> bytes:
        return packer.add(self._order.write(hits))


class _Packer:
    """Compresses, or does not."""

    def __init__(self, *, is_compressed: bool) -> None:
        self._gzip = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16) if is_compressed else None

    def add(self, data: bytes) -> bytes:
        return self._gzip.compress(data) if self._gzip else data

    def end(self) -> bytes:
        return self._gzip.flush() if self._gzip else b""


async def _next(walk: AsyncIterator[Sequence[Hit]]) -> Sequence[Hit]:
    # `anext(walk, ())` ends in a SystemError of CPython 3.11 where the generator waits for something.
    try:
        return await anext(walk)
    except StopAsyncIteration:
        return ()


async def _send(send: Send, body: bytes) -> None:
    if body:
        await send({"type": "http.response.body", "body": body, "more_body": True})
