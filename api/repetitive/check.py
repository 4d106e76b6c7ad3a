"""Checks how long phrases read repetitive logs, part by part, before a search reads all of them at one time."""

from collections.abc import Callable, Sequence
from functools import partial
from random import sample
from time import monotonic
from typing import NamedTuple

from api.clauses import Body
from api.repetitive.plan import (
    MAX_PLACES,
    Groups,
    PartOfLogs,
    candidates,
    count_of_parts,
    group_body,
    groups_of,
    parts_of,
    shares_body,
    shares_of,
)
from api.request.params import P, ParsedRequest
from api.request.query_cost import Reads, reads_of
from api.store.client import Store, timed_out
from api.store.shared_reads import ReadLimits, SharedReads

KNOWN_S = 10  # how long it is known what the logs of a group repeat
MAX_KNOWN_GROUPS = 1_000
KNOWN = ReadLimits(concurrency=4, results=MAX_KNOWN_GROUPS, result_bytes=1_000 * MAX_KNOWN_GROUPS)
# Of the time of a request. Its searches read the same logs for the page and for the total, which takes twice as long.
SHARE_OF_TIME = 1 / 3
FAST_S = 0.1  # to read a part
MOST_AT_ONCE = 4  # parts: some seven tenths of a second if all are as bad as they may be


class _Repeats(NamedTuple):
    """How often all logs of some groups repeat words."""

    times: int
    size_bytes: int = 1_000  # with the search for it


class PhraseCheck:
    """Ends requests whose phrases would read repetitive logs for too long."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = SharedReads(KNOWN)

    async def check(self, request: ParsedRequest[P], narrowed: Sequence[Body] = ()) -> None:
        """Return if the phrases of a request read all repetitive logs in a third of its time; raise `ApiError` 504.

        Only the logs count that match the clauses of `narrowed` too.
        """
        view, params = request.view, request.params
        if params.query is None or not (reads := reads_of(params.query)).words:
            return
        most = await self._places(groups_of(view, params), reads)
        if most <= MAX_PLACES:
            return
        clauses = [*candidates(view, params, params.query, reads), *narrowed]
        parts = await self._parts(clauses, reads, view.whose, shares_of(most))
        if sum(part.places for part in parts) > MAX_PLACES:
            await self._count(parts, partial(count_of_parts, clauses, view=view, query=params.query), view.whose)

    async def may_take_long(self, groups: Groups, reads: Reads) -> bool:
        """Tell whether phrases would read too much of all logs of these groups together."""
        return await self._places(groups, reads) > MAX_PLACES

    async def _count(self, parts: list[PartOfLogs], body_of: Callable[[list[PartOfLogs]], Body], whose: str) -> None:
        """Count what is found in all parts; raise `ApiError` 504 once that takes too long, or a part would.

        The estimates are upper bounds. Where parts are read fast, the next are more at one time. Nobody can write logs
        so that the fast ones come first: their order is one of chance.
        """
        left, at_once = sample(parts, len(parts)), 1
        begun_s, most_s = monotonic(), self._store.timeout_s * SHARE_OF_TIME
        while left:
            next_ones, left, started_s = left[:at_once], left[at_once:], monotonic()
            if max(part.places for part in next_ones) > 2 * MAX_PLACES or started_s - begun_s > most_s:
                raise timed_out(f"phrases read {sum(part.places for part in parts)} places in repetitive logs")
            await self._store.search([body_of(next_ones)], whose=whose)
            at_once = min(2 * at_once, MOST_AT_ONCE) if monotonic() - started_s < FAST_S else 1

    async def _places(self, groups: Groups, reads: Reads) -> int:
        """Return how many places phrases read at most in all logs of these groups; it is known for ten seconds."""

        async def read() -> _Repeats:
            [found] = await self._store.search([group_body(groups)])
            return _Repeats(int(found.aggregations["repeats"].value or 0))

        known = await self._known.get((groups, monotonic() // KNOWN_S), read)
        return reads.words * known.times

    async def _parts(self, clauses: list[Body], reads: Reads, whose: str, number: int) -> list[PartOfLogs]:
        [found] = await self._store.search([shares_body(clauses, number)], whose=whose)
        return list(parts_of(reads, found.aggregations["shares"].buckets, number))
