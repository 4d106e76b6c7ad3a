"""Reads large answers of Elasticsearch a few at a time, and asks for them a few at a time.

How large an answer is shows only as it comes: the values of a filter menu may have 30 kB or 30 MB. What is not read
yet stays in the buffers of the connection and in Elasticsearch. Thirty of 30 MB would stop Elasticsearch. So it is
asked for few at one time that list the values of one group, and for fewer where such an answer was large before.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar

from aiohttp import ClientResponse
from elastic_transport import AiohttpHttpNode

from api.request.view import ALL_GROUPS

FREE_BYTES = 1_000_000  # of each answer; an answer with more waits for its turn
AT_ONE_TIME = 2
MAX_KNOWN = 1_000
REQUESTS_OF_A_GROUP = 4  # to Elasticsearch at one time, that list values
REQUESTS_OF_ALL_GROUPS = 16


class _Turn:
    """The turn of one request to Elasticsearch, which a large answer takes."""

    def __init__(self, turns: asyncio.Semaphore, heard: Callable[[], None]) -> None:
        self._turns = turns
        self.is_taken = False
        self.heard = heard

    async def take(self) -> None:
        """Wait for the turn; do nothing where it was taken before."""
        if not self.is_taken:
            await self._turns.acquire()
            self.is_taken = True

    def end(self) -> None:
        """Let the next one read."""
        if self.is_taken:
            self._turns.release()


_current: ContextVar[_Turn] = ContextVar("turn")


def requests_of(whose: str) -> int:
    """Return how many requests at one time may list these values."""
    return REQUESTS_OF_ALL_GROUPS if whose == ALL_GROUPS else REQUESTS_OF_A_GROUP


class LargeAnswers:
    """The turns of large answers: one is over when its answer was decoded."""

    def __init__(self, heard: Callable[[], None]) -> None:
        """Take what to call whenever a part of an answer has come: Elasticsearch answers, however long it takes."""
        self._turns = asyncio.Semaphore(AT_ONE_TIME)
        self._requests_of_large = asyncio.Semaphore(AT_ONE_TIME)
        self._requests: dict[str, asyncio.Semaphore] = {}  # of those who ask at the moment
        self._asking = Counter[str]()
        self._heard = heard
        self._known: dict[str, None] = {}  # whose answers were large, the latest last

    @asynccontextmanager
    async def reading(self, whose: str = "") -> AsyncIterator[None]:
        """Have a turn for the request that is made inside of the `with` block, should its answer be large.

        `whose` names those whose values the answer lists, such as a group. Their requests wait for each other.
        """
        turn = _Turn(self._turns, self._heard)
        async with self._few_at_once(whose) if whose else nullcontext():
            token = _current.set(turn)
            try:
                yield
            finally:
                _current.reset(token)
                turn.end()
                if whose and turn.is_taken:
                    self._remember(whose)

    @asynccontextmanager
    async def _few_at_once(self, whose: str) -> AsyncIterator[None]:
        requests = self._requests.setdefault(whose, asyncio.Semaphore(requests_of(whose)))
        self._asking[whose] += 1
        try:
            # Whether such an answer was large may show while they wait for each other.
            async with requests, self._requests_of_large if whose in self._known else nullcontext():
                yield
        finally:
            self._asking[whose] -= 1
            if not self._asking[whose]:
                del self._asking[whose], self._requests[whose]

    def _remember(self, whose: str) -> None:
        self._known.pop(whose, None)
        self._known[whose] = None
        if len(self._known) > MAX_KNOWN:
            del self._known[next(iter(self._known))]


class _TakingTurns(ClientResponse):
    async def read(self) -> bytes:
        turn = _current.get(None)
        if turn is None:
            return await super().read()
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in self.content.iter_any():
                turn.heard()
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
