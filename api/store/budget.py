"""How many bytes of logs the process holds for answers under way: read from Elasticsearch, written, not yet taken.

Whoever reads large logs takes their size before, and gives it back when the client has taken the answer. Past the limit
they wait for each other, first come, first served. Small answers never wait: other limits bound how many there are.
"""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from api.errors import ApiError

SMALL_BYTES = 200_000
PATIENCE_S = 2.0  # for memory; a request that waits longer gets a 503
USED_UP = "too many large answers are being read at the moment: try again in a moment, or ask for fewer logs at once"


class Budget:
    """A number of bytes that those who read logs share."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._waiting: deque[tuple[asyncio.Future[None], int]] = deque()
        self.free_bytes = limit_bytes

    async def take(self, size_bytes: int, patience_s: float | None) -> "Held":
        """Return so many bytes, or all there are where that is less; raise `ApiError` 503 when that takes too long."""
        taken = min(size_bytes, self._limit_bytes) if size_bytes > SMALL_BYTES else 0
        if taken and (self._waiting or taken > self.free_bytes):
            await self._wait(taken, patience_s)
        else:
            self.free_bytes -= taken
        return Held(self, taken)

    def give_back(self, size_bytes: int) -> None:
        """Take bytes back, and wake those for whom they are enough."""
        self.free_bytes += size_bytes
        while self._waiting and (self._waiting[0][0].done() or self._waiting[0][1] <= self.free_bytes):
            turn, wanted = self._waiting.popleft()
            if not turn.done():
                self.free_bytes -= wanted
                turn.set_result(None)

    async def _wait(self, size_bytes: int, patience_s: float | None) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, size_bytes))
        try:
            async with asyncio.timeout(patience_s):
                await turn
        except (TimeoutError, asyncio.CancelledError) as error:
            got_it = turn.done() and not turn.cancelled()
            turn.cancel()
            self.give_back(size_bytes if got_it else 0)
            if isinstance(error, TimeoutError):
                raise ApiError(503, USED_UP, reason="the byte budget is used up") from None
            raise


class Held:
    """Bytes of a budget; given back once, however often that is asked for."""

    def __init__(self, budget: Budget, size_bytes: int) -> None:
        self._budget: Budget | None = budget
        self._size_bytes = size_bytes

    def release(self) -> None:
        """Give the bytes back."""
        if self._budget:
            self._budget.give_back(self._size_bytes)
        self._budget = None

    def __enter__(self) -> Self:
        """Hold the bytes for a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give them back."""
        self.release()
