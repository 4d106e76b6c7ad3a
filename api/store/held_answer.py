"""An answer with logs: it is begun when there is memory for it, and sent in pieces as the client reads them."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import NamedTuple

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.edge.exchange import exchange_of
from api.errors import ApiError
from api.store.answers import Hit
from api.store.budget import PATIENCE_S, SMALL_BYTES, Budget
from api.store.documents import Source, parts, size_of

WHOLE_BYTES = 8_000_000  # up to this size an answer is complete before its head is sent
SENT_BYTES = 65_536  # smaller pieces are sent together
_HEADERS = [(b"content-type", b"application/json")]
_log = structlog.get_logger()


class Memory(NamedTuple):
    """What an answer takes: all of it at one time, or a part at a time."""

    is_whole: bool
    size_bytes: int


def memory_for(hits: Sequence[Hit], source: Source, written: int = 1) -> Memory:
    """Return the memory for an answer that has the documents of these hits written so many times."""
    sizes = [sum(size_of(hit, source) for hit in part) for part in parts(hits)] or [0]
    is_whole = sum(sizes) <= WHOLE_BYTES
    # A part is there as it was read, as it is written, and on its way to the client.
    return Memory(is_whole, (sum(sizes) if is_whole else max(sizes)) + 2 * written * max(sizes))


def written_answer(budget: Budget, body: bytes) -> Response:
    """Return an answer that is written already; a large one holds its memory until the client has read it."""
    if len(body) <= SMALL_BYTES:
        return Response(body, media_type="application/json")
    return HeldAnswer(budget, Memory(is_whole=True, size_bytes=2 * len(body)), lambda: _pieces(body))


async def _pieces(body: bytes) -> AsyncGenerator[bytes, None]:
    for piece in slices(body):
        yield piece


def slices(body: bytes) -> Iterator[bytes]:
    """Yield a body in pieces: the server copies what it cannot send at once."""
    for begin in range(0, len(body), SENT_BYTES):
        yield body[begin : begin + SENT_BYTES]


class HeldAnswer(Response):
    """An answer that holds its memory in the budget until the client has read it.

    `Response.__init__` is not called: it builds a body, and this one is built as it is sent.
    """

    def __init__(self, budget: Budget, memory: Memory, pieces: Callable[[], AsyncGenerator[bytes, None]]) -> None:
        """Take what makes the pieces of the body; it raises `ApiError` where Elasticsearch does not answer."""
        self.background = None
        self._budget = budget
        self._memory = memory
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # the middleware reads
        """Send the answer. A failure before its head has a status; after it the connection is closed early."""
        exchange = exchange_of(scope)
        try:
            with await self._budget.take(self._memory.size_bytes, PATIENCE_S):
                await self._send(send)
        except ApiError as error:
            if not exchange.is_answering:
                raise
            exchange.reason = error.reason or error.message
            if exchange.reading:
                exchange.reading.is_complete = False
            _log.warning("answer ended early", reason=exchange.reason)
            exchange.connection.cut()

    async def _send(self, send: Send) -> None:
        async with aclosing(self._pieces()) as pieces:
            await (self._send_whole if self._memory.is_whole else self._send_parts)(pieces, send)

    async def _send_whole(self, pieces: AsyncIterator[bytes], send: Send) -> None:
        body = [chunk async for chunk in _chunks(pieces)]
        await _start(send, (b"content-length", b"%d" % sum(map(len, body))))
        body.reverse()
        while body:
            chunk = body.pop()
            await _send(send, chunk, more=bool(body))

    async def _send_parts(self, pieces: AsyncIterator[bytes], send: Send) -> None:
        chunks = _chunks(pieces)
        first = await anext(chunks)
        await _start(send)
        await _send(send, first)
        async for chunk in chunks:
            await _send(send, chunk)
        await _send(send, b"", more=False)


async def _chunks(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces, small ones joined: each chunk is a write to the connection."""
    waiting: list[bytes] = []
    size = 0
    async for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= SENT_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


async def _start(send: Send, *more: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *more]})


async def _send(send: Send, chunk: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": more})
