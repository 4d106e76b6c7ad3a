"""Whether a search would succeed: one check serves all concurrent callers, and its success holds for half a second."""

import asyncio
from time import monotonic

from api.errors import ApiError
from api.store.client import Store
from api.store.liveness import Liveness

GOOD_FOR_S = 0.5  # health checks need no key and have no limit: a flood of them must not reach Elasticsearch


class Readiness:
    """The latest result of the check."""

    def __init__(self, liveness: Liveness, store: Store) -> None:
        self._liveness = liveness
        self._store = store
        self._checking: asyncio.Task[None] | None = None
        self._good_s = -GOOD_FOR_S

    async def check(self) -> None:
        """Return when a search would succeed; raise `ApiError` 503 with the reason otherwise."""
        if self._checking is None or (self._checking.done() and monotonic() - self._good_s > GOOD_FOR_S):
            self._checking = asyncio.create_task(self._check())
        # Shielded: the first caller may disconnect while others still wait.
        await asyncio.shield(self._checking)

    async def _check(self) -> None:
        self._good_s = -GOOD_FOR_S
        await self._liveness.check()
        if self._liveness.not_supported:
            raise ApiError(503, self._liveness.not_supported)
        if not self._liveness.answers:
            raise ApiError(503, "Elasticsearch does not answer")
        if not self._liveness.has_index:
            raise ApiError(503, "the index does not exist yet: the indexer creates it at start")
        await self._store.try_search()
        self._good_s = monotonic()
