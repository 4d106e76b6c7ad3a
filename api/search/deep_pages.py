"""Pages that are too deep for `from` and `size`: where in the sort order does such a page begin?

Elasticsearch refuses to skip more than 10,000 rows, and reads every row that it skips, in every index. Here the sort
values are divided into ranges, the logs in each are counted, and the range in which the page begins is divided again,
until the page is close to the start of its range. Where many logs share one value, the tie-breaker is divided next. One
step is one request, and its cost does not depend on the depth. All steps see one point in time, so the page is exact.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from api.clauses import Body, all_of, any_of, none_of, term
from api.query import PageStart, count_body, in_point_in_time, matching
from api.request.parameters import INT64_MAX
from api.request.params import SearchParams
from api.request.view import View
from api.store.answers import Aggregation, Found
from api.store.client import Store
from mappings.index import TIE

CLOSE = 1_000  # rows; skipping so many is cheaper than another step
DATE_PARTS = 1_000  # counted in one step
NUMBER_PARTS = 64
NUMBER_SORTS = ("id", TIE)


class SortRange(NamedTuple):
    """A range in the sort order: the logs with values of one field from `low` to `high`, both inclusive."""

    field: str
    low: int
    high: int
    descending: bool
    before: int  # logs that come before the range
    logs: int  # logs in it
    within: tuple[Body, ...] = ()  # further clauses that the logs of the range match
    after: tuple[Body, ...] = ()  # clauses of the logs that come after all values of the field

    def values(self, low: int | None, high: int | None) -> Body:
        """Return the clause of the values from `low` to `high`; None is an open end."""
        bounds = {name: value for name, value in (("gte", low), ("lte", high)) if value is not None}
        dates = {} if self.field in NUMBER_SORTS else {"format": "epoch_millis"}
        return {"range": {self.field: {**bounds, **dates}}}

    def inside(self) -> list[Body]:
        """Return the clauses of the logs in the range."""
        return [*self.within, self.values(self.low, self.high)]

    def from_here_on(self) -> Body:
        """Return the clause of the logs in the range and of all that come after it."""
        rest = self.values(None, self.high) if self.descending else self.values(self.low, None)
        return any_of([all_of([*self.within, rest]), *self.after])


# An aggregation that divides a range, and how to read its answer: low, high and number of logs of each part, in order.
Division = tuple[Body, Callable[[Aggregation], Iterator[tuple[int, int, int]]]]


async def locate(store: Store, view: View, params: SearchParams, pit: str) -> tuple[PageStart | None, int]:
    """Return where the page begins, None where it is past the end; and the number of steps that took."""
    (counted,) = await store.search([in_point_in_time(_bounds_body(view, params), pit)])
    found, steps = _whole(params, counted), 1
    while found.logs and not _is_close(found, params):
        found = await _narrow(store, view, params, found, pit)
        steps += 1
    return (_start(params, found, pit) if found.logs else None), steps


def _bounds_body(view: View, params: SearchParams) -> Body:
    kinds = {"low": "min", "high": "max", "having": "value_count"}
    aggregations = {name: {kind: {"field": params.order.field}} for name, kind in kinds.items()}
    return {**count_body(matching(view, params)), "aggs": aggregations}


def _whole(params: SearchParams, counted: Found) -> SortRange:
    """Return the range of all logs that have the sort field, or of those without it for a page among them."""
    having = int(counted.aggregations["having"].value or 0)
    without = none_of({"exists": {"field": params.order.field}})
    if params.offset >= having:
        missing = counted.total - having
        return _all_ties(before=having, logs=missing if params.offset < counted.total else 0, within=(without,))
    low, high = counted.aggregations["low"].value or 0, counted.aggregations["high"].value or 0
    return SortRange(
        field=params.order.field,
        low=max(int(low) - _rounding(low), -INT64_MAX - 1),
        high=min(int(high) + _rounding(high), INT64_MAX),
        descending=params.order.descending,
        before=0,
        logs=having,
        after=() if having == counted.total else (without,),
    )


def _all_ties(before: int, logs: int, within: tuple[Body, ...], after: tuple[Body, ...] = ()) -> SortRange:
    """Return the range of all values of the tie-breaker, which always descends."""
    return SortRange(TIE, low=0, high=INT64_MAX, descending=True, before=before, logs=logs, within=within, after=after)


def _rounding(value: float) -> int:
    """Return how far a bound may be from its integer: aggregations answer doubles."""
    return abs(int(value)) >> 52


def _is_close(found: SortRange, params: SearchParams) -> bool:
    if params.offset - found.before + params.per_page <= CLOSE:
        return True
    return found.field == TIE and found.low == found.high


async def _narrow(store: Store, view: View, params: SearchParams, found: SortRange, pit: str) -> SortRange:
    """Return the part of the range in which the page begins; one without logs where the page is past the end."""
    if found.low == found.high:
        return _along_ties(found)
    divide = _by_number if found.field in NUMBER_SORTS else _by_date
    aggregation, read = divide(found)
    body = {**count_body([*matching(view, params), *found.inside()]), "aggs": {"parts": aggregation}}
    (counted,) = await store.search([in_point_in_time(body, pit)])
    before = found.before
    for low, high, logs in read(counted.aggregations["parts"]):
        if params.offset < before + logs:
            return found._replace(low=low, high=high, before=before, logs=logs)
        before += logs
    return found._replace(before=before, logs=0)


def _along_ties(found: SortRange) -> SortRange:
    """Return the range of the logs that share one value, divided by the tie-breaker from here on."""
    beyond = found.values(None, found.low - 1) if found.descending else found.values(found.low + 1, None)
    shared = (*found.within, term(found.field, found.low))
    return _all_ties(found.before, found.logs, within=shared, after=(beyond, *found.after))


def _by_date(found: SortRange) -> Division:
    """Divide by a histogram: it reads the logs once, whatever the number of parts."""
    interval = (found.high - found.low) // DATE_PARTS + 1
    options = {"field": found.field, "fixed_interval": f"{interval}ms", "min_doc_count": 1}

    def read(counted: Aggregation) -> Iterator[tuple[int, int, int]]:
        for bucket in reversed(counted.buckets) if found.descending else counted.buckets:
            start = int(bucket.key or 0)
            yield max(start, found.low), min(start + interval - 1, found.high), bucket.doc_count

    return {"date_histogram": options}, read


def _by_number(found: SortRange) -> Division:
    """Divide by a filter for each part: a histogram of numbers counts in doubles, too coarse for 64 bits."""
    width = found.high - found.low + 1
    pieces = min(max(2 * found.logs // CLOSE, 2), NUMBER_PARTS, width)
    starts = [found.low + width * piece // pieces for piece in range(pieces)]
    parts = list(zip(starts, [*(start - 1 for start in starts[1:]), found.high], strict=True))
    ordered = parts[::-1] if found.descending else parts

    def read(counted: Aggregation) -> Iterator[tuple[int, int, int]]:
        for (low, high), bucket in zip(ordered, counted.buckets, strict=True):
            yield low, high, bucket.doc_count

    return {"filters": {"filters": [found.values(low, high) for low, high in ordered]}}, read


def _start(params: SearchParams, found: SortRange, pit: str) -> PageStart:
    """Return the start of the page, a few rows into the range."""
    skip = params.offset - found.before
    is_inside = skip + params.per_page <= found.logs
    return PageStart(skip=skip, clauses=found.inside() if is_inside else [found.from_here_on()], pit=pit)
