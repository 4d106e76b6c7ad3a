"""The searches of repetitive logs, before the searches of a request."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from msgspec import structs

from api.clauses import Body
from api.errors import ApiError
from api.repetitive.plan import (
    CANDIDATES,
    MAX_PLACES,
    Groups,
    batches,
    candidates,
    group_body,
    groups_of,
    least_repeats,
    page_of_candidates,
    places_of_all,
    sums_body,
    those_found,
)
from api.request.params import P, ParsedRequest, SearchParams
from api.request.query_cost import Reads, Repetitive, reads_of
from api.request.query_language import Words
from api.request.view import View
from api.store.answers import Hit
from api.store.client import Store

KNOWN_S = 10  # how long it is known what the logs of a group repeat
MAX_KNOWN_GROUPS = 1_000
MAX_FOUND = 50_000  # logs that later searches name
FOUND_TOO_OFTEN = (
    f"query reads a phrase in more than {MAX_FOUND} long logs that have it: narrow the time window, "
    "or search for a phrase with rarer words"
)


class RepetitiveLogs:
    """What queries find in repetitive logs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Groups, tuple[float, int]] = {}  # until when, and what the logs repeat

    async def resolve(self, request: ParsedRequest[P]) -> ParsedRequest[P]:
        """Return the request with what its query finds in repetitive logs, where these may take long.

        Raise `ApiError` 400 where it finds too many.
        """
        view, params = request.view, request.params
        if not params.query or not (reads := reads_of(params.query)).words:
            return request
        if not await self.may_take_long(groups_of(view, params), reads):
            return request
        repetitive = await self._repetitive(view, params, params.query, reads)
        return structs.replace(request, params=structs.replace(params, repetitive=repetitive))

    async def may_take_long(self, groups: Groups, reads: Reads) -> bool:
        """Tell whether a query would read too much of all logs of these groups together."""
        now = time.monotonic()
        until, repeats = self._known.pop(groups, (now, 0))
        if until <= now:
            [found] = await self._store.search([group_body(groups)])
            until, repeats = now + KNOWN_S, int(found.aggregations["repeats"].value or 0)
        self._known[groups] = (until, repeats)
        if len(self._known) > MAX_KNOWN_GROUPS:
            del self._known[next(iter(self._known))]
        return reads.words * repeats > MAX_PLACES

    async def _repetitive(self, view: View, params: SearchParams, query: Words, reads: Reads) -> Repetitive | None:
        least = least_repeats(reads)
        clauses = candidates(view, params, query, least)
        [sums] = await self._store.search([sums_body(clauses)])
        if places_of_all(reads, sums) <= MAX_PLACES:
            return None
        found = defaultdict[str, list[str]](list)
        async for hits in self._pages(clauses):
            for batch in batches(reads, hits):
                await self._add(found, view, query, batch)
        return Repetitive(least, tuple((index, tuple(ids)) for index, ids in sorted(found.items())))

    async def _add(self, found: dict[str, list[str]], view: View, query: Words, batch: Sequence[Hit]) -> None:
        indices = sorted({hit.index for hit in batch})
        [answer] = await self._store.search([those_found(view, query, batch)], indices=indices)
        for hit in answer.hits.hits:
            found[hit.index].append(hit.id)
        if sum(map(len, found.values())) > MAX_FOUND:
            raise ApiError(400, FOUND_TOO_OFTEN)

    async def _pages(self, clauses: list[Body]) -> AsyncIterator[Sequence[Hit]]:
        after: Sequence[int | float | str | None] = ()
        while True:
            [page] = await self._store.search([page_of_candidates(clauses, after)])
            hits = page.hits.hits
            yield hits
            if len(hits) < CANDIDATES:
                return
            after = hits[-1].sort
