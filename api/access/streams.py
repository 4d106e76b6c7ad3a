"""Answers that go on for long, exports and tails: each ends when its key no longer allows it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from api.errors import ApiError

WITHDRAWN = "the key no longer gives access to these logs"


class Streams:
    """The streams that are open."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Timeout, Callable[[], bool]] = {}

    @asynccontextmanager
    async def while_allowed(self, is_allowed: Callable[[], bool]) -> AsyncIterator[None]:
        """Cancel what runs in the block once it is no longer allowed, and raise `ApiError` 401."""
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._open[limit] = is_allowed
                try:
                    yield
                finally:
                    self._open.pop(limit, None)
        except TimeoutError:
            if not limit.expired():
                raise
            raise ApiError(401, WITHDRAWN) from None

    def end_withdrawn(self) -> None:
        """End those that are no longer allowed."""
        for limit in [limit for limit, is_allowed in self._open.items() if not is_allowed()]:
            del self._open[limit]
            limit.reschedule(asyncio.get_running_loop().time())
