"""Reads the shards' checkpoints once a second for all tails of the process; only while a tail is open."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import structlog

from api.checkpoints.position import Shards
from api.checkpoints.shards import searchable_shards
from api.errors import ApiError
from api.store.client import Store

POLL_S = 1.0  # the refresh interval of the index
_log = structlog.get_logger()


class CheckpointPoller:
    """How far every shard is searchable, polled once for all listeners."""

    def __init__(self, store: Store) -> None:
        self.shards: Shards = {}  # as of the latest poll
        self._store = store
        self._listeners = 0
        self._has_listeners = asyncio.Event()
        self._polled = asyncio.Event()
        self._reading = asyncio.Lock()
        self._read_s = -POLL_S

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await self._has_listeners.wait()
            try:
                await self.fresh_shards()
            except ApiError as error:
                _log.warning("tails wait for the checkpoints", reason=error.reason)
            except Exception:  # noqa: BLE001  # every tail depends on this loop: it must not end
                _log.exception("unexpected error")
            polled, self._polled = self._polled, asyncio.Event()
            polled.set()
            await asyncio.sleep(POLL_S)

    @contextmanager
    def listener(self) -> Iterator[None]:
        """Keep polling."""
        self._listeners += 1
        self._has_listeners.set()
        try:
            yield
        finally:
            self._listeners -= 1
            if not self._listeners:
                self._has_listeners.clear()

    async def next_poll(self) -> None:
        """Wait for the end of the next poll, whether or not it found anything."""
        await self._polled.wait()

    async def fresh_shards(self) -> Shards:
        """Return the shards, their checkpoints at most a second old; raise `ApiError` where they cannot be read."""
        async with self._reading:
            if monotonic() - self._read_s >= POLL_S * 0.9:
                self.shards = await searchable_shards(self._store, self.shards)
                self._read_s = monotonic()
        return self.shards
