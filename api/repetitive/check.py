"""Checks how long phrases read repetitive logs, part by part, before a search reads all of them at one time."""

from collections.abc import Sequence
from time import monotonic

from api.clauses import Body
from api.repetitive.plan import (
    MAX_PLACES,
    Groups,
    PartOfLogs,
    candidates,
    count_of_part,
    group_body,
    groups_of,
    least_repeats,
    parts_of,
    shares_body,
    shares_of,
)
from api.request.params import P, ParsedRequest
from api.request.query_cost import Reads, reads_of
from api.store.client import Store, timed_out

KNOWN_S = 10  # how long it is known what the logs of a group repeat
MAX_KNOWN_GROUPS = 1_000
# Of the time of a request. Its searches read the same logs for the page and for the total, which takes twice as long.
SHARE_OF_TIME = 1 / 3


class PhraseCheck:
    """Ends requests whose phrases would read repetitive logs for too long."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Groups, tuple[float, int]] = {}  # until when, and what the logs repeat

    async def check(self, request: ParsedRequest[P]) -> None:
        """Return if the phrases of a request read all repetitive logs in a third of its time; raise `ApiError` 504."""
        view, params = request.view, request.params
        if params.query is None or not (reads := reads_of(params.query)).words:
            return
        if not await self.may_take_long(groups_of(view, params), reads):
            return
        clauses = candidates(view, params, params.query, least_repeats(reads))
        parts = await self._parts(clauses, reads, await self._repeats(groups_of(view, params)))
        if sum(part.places for part in parts) > MAX_PLACES:
            counts = [count_of_part(clauses, part, view, params.query) for part in parts]
            await self._count(parts, counts)

    async def may_take_long(self, groups: Groups, reads: Reads) -> bool:
        """Tell whether phrases would read too much of all logs of these groups together."""
        return bool(reads.words) and reads.words * await self._repeats(groups) > MAX_PLACES

    async def _count(self, parts: Sequence[PartOfLogs], bodies: Sequence[Body]) -> None:
        """Count what is found in each part; raise `ApiError` 504 once that takes too long, or a part would."""
        begun_s, most_s = monotonic(), self._store.timeout_s * SHARE_OF_TIME
        for part, body in zip(parts, bodies, strict=True):
            if part.places > 2 * MAX_PLACES or monotonic() - begun_s > most_s:
                raise timed_out(f"phrases read {sum(each.places for each in parts)} places in repetitive logs")
            await self._store.search([body])

    async def _repeats(self, groups: Groups) -> int:
        """Return what all logs of these groups repeat; it is at most ten seconds old."""
        until, repeats = self._known.pop(groups, (0.0, 0))
        if until <= monotonic():
            [found] = await self._store.search([group_body(groups)])
            until, repeats = monotonic() + KNOWN_S, int(found.aggregations["repeats"].value or 0)
        self._known[groups] = (until, repeats)
        if len(self._known) > MAX_KNOWN_GROUPS:
            del self._known[next(iter(self._known))]
        return repeats

    async def _parts(self, clauses: list[Body], reads: Reads, repeats: int) -> list[PartOfLogs]:
        number = shares_of(reads.words * repeats)
        [found] = await self._store.search([shares_body(clauses, number)])
        return list(parts_of(reads, found.aggregations["shares"].buckets, number))
