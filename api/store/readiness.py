"""Whether a search would work: asked once for all who want to know at one time, and while it does, twice a second."""

import asyncio
from time import monotonic

from api.errors import ApiError
from api.store.client import Store
from api.store.liveness import Watch

GOOD_FOR_S = 0.5  # health checks need no key and no place: a flood of them must not reach Elasticsearch


class Readiness:
    """What was found out last."""

    def __init__(self, watch: Watch, store: Store) -> None:
        self._watch = watch
        self._store = store
        self._looking: asyncio.Task[None] | None = None
        self._good_s = -GOOD_FOR_S

    async def check(self) -> None:
        """Return when a search would work; raise `ApiError` 503 with the reason when not."""
        if self._looking is None or (self._looking.done() and monotonic() - self._good_s > GOOD_FOR_S):
            self._looking = asyncio.create_task(self._look())
        # Shielded: whoever asked first may hang up, and the others still wait.
        await asyncio.shield(self._looking)

    async def _look(self) -> None:
        self._good_s = -GOOD_FOR_S
        await self._watch.look()
        if not self._watch.answers:
            raise ApiError(503, "the log store does not answer")
        if not self._watch.has_index:
            raise ApiError(503, "the index is not there yet: the indexer makes it with the first log")
        await self._store.try_search()
        self._good_s = monotonic()
