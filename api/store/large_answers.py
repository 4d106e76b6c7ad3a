"""Reads large answers of Elasticsearch a few at a time.

How large an answer is shows only as it comes: the values of a filter menu may have 30 kB or 30 MB. What is not read yet
stays in the buffers of the connection and in Elasticsearch.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from aiohttp import ClientResponse
from elastic_transport import AiohttpHttpNode

FREE_BYTES = 1_000_000  # of each answer; an answer with more waits for its turn
AT_ONE_TIME = 2


class _Turn:
    """The turn of one request to Elasticsearch, which a large answer takes."""

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns
        self._is_taken = False

    async def take(self) -> None:
        """Wait for the turn; do nothing where it was taken before."""
        if not self._is_taken:
            await self._turns.acquire()
            self._is_taken = True

    def end(self) -> None:
        """Let the next one read."""
        if self._is_taken:
            self._turns.release()


_current: ContextVar[_Turn] = ContextVar("turn")


class LargeAnswers:
    """The turns of large answers: one is over when its answer was decoded."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONE_TIME)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Have a turn for the request that is made inside of the `with` block, should its answer be large."""
        turn = _Turn(self._turns)
        token = _current.set(turn)
        try:
            yield
        finally:
            _current.reset(token)
            turn.end()


class _TakingTurns(ClientResponse):
    async def read(self) -> bytes:
        turn = _current.get(None)
        if turn is None:
            return await super().read()
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in self.content.iter_any():
                chunks.append(chunk)
                size += len(chunk)
                if size > FREE_BYTES:
                    await turn.take()
        except BaseException:
            self.close()  # which cancels the search in Elasticsearch
            raise
        return b"".join(chunks)


class TakingTurns(AiohttpHttpNode):
    """A node of Elasticsearch whose large answers take turns, see `LargeAnswers`."""

    def _create_aiohttp_session(self) -> None:
        super()._create_aiohttp_session()
        if self.session is not None:
            # The client makes its session itself and has no setting for the class of the responses.
            self.session._response_class = _TakingTurns  # noqa: SLF001
