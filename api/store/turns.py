"""Spreads the work of many requests over the iterations of the event loop.

In one iteration the loop runs all that is ready, before it looks for new requests. Forty requests that arrive together,
each with some milliseconds of work, would hold up a health check for the sum of it, and that several times.
"""

import asyncio


class Turns:
    """Lets one task go on in each iteration of the event loop."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def wait(self) -> None:
        """Return in an iteration in which no other task returns from here."""
        async with self._lock:
            await asyncio.sleep(0)
