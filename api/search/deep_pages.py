"""Deep pages: params in, the logs of a page that lies too deep for `from` and `size` out.

Elasticsearch refuses to skip more than 10,000 rows, and reads all that it skips, in every index. Here the sorted
values are cut into ranges, the logs in each are counted, and the range that the page begins in is cut again, until the
page is near its start. Where many logs share one value, the cutting goes on along the number that breaks ties. A step
is one request whose cost does not depend on the depth; all steps see the same point in time, and the page is exact.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from api.query import TIE, Body, all_of, any_of, count_body, matching, none_of, page_body, term
from api.request.params import SearchParams
from api.store.answers import Aggregation, Found
from api.store.client import Store

WINDOW = 5_000  # rows that are skipped with `from`; 10,000 are allowed, but by then a seek is quicker
NEAR = 1_000  # rows that are cheaper to skip than to cut once more
DATE_CUTS = 1_000  # parts counted in one step
NUMBER_CUTS = 64
NUMBERS = ("id", TIE)
INT64_MAX = 2**63 - 1


# A question, and how its answer is read: the parts of a stretch in its order, each as low, high, number of logs.
Cut = tuple[Body, Callable[[Aggregation], Iterator[tuple[int, int, int]]]]


class Range(NamedTuple):
    """A stretch of the order: the logs with values of one field from `low` to `high`, both included."""

    field: str
    low: int
    high: int
    descending: bool
    before: int  # logs that come before this stretch
    logs: int  # how many are in it
    within: tuple[Body, ...] = ()  # what else the logs of this stretch match
    after: tuple[Body, ...] = ()  # clauses of the logs that come after all values of the field

    def values(self, low: int | None, high: int | None) -> Body:
        """Return the clause of the values from `low` to `high`; None is an open end."""
        bounds = {name: value for name, value in (("gte", low), ("lte", high)) if value is not None}
        dates = {} if self.field in NUMBERS else {"format": "epoch_millis"}
        return {"range": {self.field: {**bounds, **dates}}}

    def inside(self) -> list[Body]:
        """Return the clauses of the logs in this stretch."""
        return [*self.within, self.values(self.low, self.high)]

    def onwards(self) -> Body:
        """Return the clause of the logs in this stretch and of all that come after it."""
        rest = self.values(None, self.high) if self.descending else self.values(self.low, None)
        return any_of([all_of([*self.within, rest]), *self.after])


async def find_deep_page(store: Store, params: SearchParams) -> tuple[Found, int]:
    """Return the answer with the logs of the page, and the steps it took."""
    async with store.point_in_time() as pit:
        (counted,) = await store.search([_bounds_body(params)], pit)
        span, steps = _whole(params, counted), 1
        while not _is_near(span, params):
            span = await _narrow(store, params, span, pit)
            steps += 1
        if not span.logs:  # the end came nearer in the meantime: the oldest index was deleted
            return Found(), steps
        (found,) = await store.search([_body(params, span)], pit)
        return found, steps


def _bounds_body(params: SearchParams) -> Body:
    kinds = {"low": "min", "high": "max", "having": "value_count"}
    aggregations = {name: {kind: {"field": params.order.field}} for name, kind in kinds.items()}
    return {**count_body(matching(params)), "aggs": aggregations}


def _whole(params: SearchParams, counted: Found) -> Range:
    """Return the stretch of all logs that have the field, or, for a page behind them, of those without."""
    total = counted.hits.total.value if counted.hits.total else 0
    having = int(counted.aggregations["having"].value or 0)
    without = none_of({"exists": {"field": params.order.field}})
    if params.offset >= having:
        return Range(TIE, 0, INT64_MAX, True, having, total - having, (without,))
    low, high = counted.aggregations["low"].value or 0, counted.aggregations["high"].value or 0
    return Range(
        params.order.field,
        max(int(low) - _rounding(low), -INT64_MAX - 1),
        min(int(high) + _rounding(high), INT64_MAX),
        params.order.descending,
        0,
        having,
        after=() if having == total else (without,),
    )


def _rounding(value: float) -> int:
    """Return how far a bound may lie from the integer that it stands for: it comes as a double."""
    return abs(int(value)) >> 52


def _is_near(span: Range, params: SearchParams) -> bool:
    if params.offset - span.before + params.per_page <= NEAR or not span.logs:
        return True
    return span.field == TIE and span.low == span.high


async def _narrow(store: Store, params: SearchParams, span: Range, pit: str) -> Range:
    """Return the part of a stretch that the page begins in."""
    if span.low == span.high:
        return _along_ties(span)
    cut = _by_number if span.field in NUMBERS else _by_date
    aggregation, read = cut(span)
    body = {**count_body([*matching(params), *span.inside()]), "aggs": {"parts": aggregation}}
    (found,) = await store.search([body], pit)
    before = span.before
    for low, high, logs in read(found.aggregations["parts"]):
        if params.offset < before + logs:
            return span._replace(low=low, high=high, before=before, logs=logs)
        before += logs
    return span._replace(before=before, logs=0)  # the page is past the end


def _along_ties(span: Range) -> Range:
    """Return the stretch of the logs that share one value, along the number that orders them."""
    beyond = span.values(None, span.low - 1) if span.descending else span.values(span.low + 1, None)
    shared = (*span.within, term(span.field, span.low))
    return Range(TIE, 0, INT64_MAX, True, span.before, span.logs, shared, (beyond, *span.after))


def _by_date(span: Range) -> Cut:
    """Cut by a histogram: it passes over the logs once, however many parts."""
    interval = (span.high - span.low) // DATE_CUTS + 1
    options = {"field": span.field, "fixed_interval": f"{interval}ms", "min_doc_count": 1}

    def read(counted: Aggregation) -> Iterator[tuple[int, int, int]]:
        for bucket in reversed(counted.buckets) if span.descending else counted.buckets:
            start = int(bucket.key or 0)
            yield max(start, span.low), min(start + interval - 1, span.high), bucket.doc_count

    return {"date_histogram": options}, read


def _by_number(span: Range) -> Cut:
    """Cut by a filter for each part: a histogram of numbers counts in doubles, too coarse for 64 bits."""
    width = span.high - span.low + 1
    pieces = min(max(2 * span.logs // NEAR, 2), NUMBER_CUTS, width)
    starts = [span.low + width * piece // pieces for piece in range(pieces)]
    parts = list(zip(starts, [*(start - 1 for start in starts[1:]), span.high], strict=True))
    ordered = parts[::-1] if span.descending else parts

    def read(counted: Aggregation) -> Iterator[tuple[int, int, int]]:
        for (low, high), bucket in zip(ordered, counted.buckets, strict=True):
            yield low, high, bucket.doc_count

    return {"filters": {"filters": [span.values(low, high) for low, high in ordered]}}, read


def _body(params: SearchParams, span: Range) -> Body:
    """Return the body of the page, as few rows into the stretch as it takes."""
    skip = params.offset - span.before
    is_inside = skip + params.per_page <= span.logs
    clauses = span.inside() if is_inside else [span.onwards()]
    return {**page_body(params, [*matching(params), *clauses]), "from": skip}
