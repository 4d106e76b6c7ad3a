"""The beat that all tails follow: once a second, what has become searchable. It asks only while one is open."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import structlog

from api.checkpoints.position import Lanes
from api.checkpoints.shards import look
from api.errors import ApiError
from api.metrics import Metrics
from api.store.client import Store

BEAT_S = 1.0  # as often as the index refreshes itself
_log = structlog.get_logger()


class Feed:
    """How far every shard is searchable, for all tails of the process."""

    def __init__(self, store: Store, metrics: Metrics, most: int) -> None:
        self._store = store
        self._open = metrics.tails
        self._most = most
        self._listeners = 0
        self._listening = asyncio.Event()
        self._beat = asyncio.Event()
        self._looking = asyncio.Lock()
        self._looked_s = -BEAT_S
        self.lanes: Lanes = {}

    def check(self) -> None:
        """Raise `ApiError` 503 where one more tail is one too many."""
        if self._listeners >= self._most:
            raise ApiError(503, "too many tails are open: try again in a moment")

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await self._listening.wait()
            try:
                await self.fresh_lanes()
            except ApiError as error:
                _log.warning("the tails wait", reason=error.reason)
            except Exception:  # noqa: BLE001  # the tails hang on this loop: it must not end
                _log.exception("unexpected error")
            beat, self._beat = self._beat, asyncio.Event()
            beat.set()
            await asyncio.sleep(BEAT_S)

    @contextmanager
    def listener(self) -> Iterator[None]:
        """Keep the feed going; raise `ApiError` 503 for a tail too many."""
        self.check()
        self._listeners += 1
        self._listening.set()
        try:
            with self._open.track_inprogress():
                yield
        finally:
            self._listeners -= 1
            if not self._listeners:
                self._listening.clear()

    async def next_beat(self) -> None:
        """Wait until the feed has looked again, whether or not it found anything."""
        await self._beat.wait()

    async def fresh_lanes(self) -> Lanes:
        """Return how far the logs are searchable, at most a beat old; raise `ApiError` where that is not known."""
        async with self._looking:
            if monotonic() - self._looked_s >= BEAT_S * 0.9:
                self.lanes = await look(self._store, self.lanes)
                self._looked_s = monotonic()
        return self.lanes
