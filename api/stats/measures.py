"""Counts, sums, percentiles and top values of some logs: bodies out, answers in. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from api.clauses import Body, all_of, none_of, term
from api.envelope import float_json
from api.query import NUMBER_FIELDS, SHARD_SIZE, count_body, matching
from api.request.params import SearchParams
from api.request.timezone import in_zone
from api.request.view import View
from api.stats.intervals import TimeRange, histogram
from api.store.answers import Aggregation, Bucket, Found
from mappings.event import Usage

EXACT_BELOW = 2**53
PERCENTS = (50, 90, 95, 99)
USAGE_FIELDS = tuple(field.name for field in msgspec.structs.fields(Usage))
DURATIONS: Mapping[str, str] = {  # name in the answer → field
    "ttfb_milliseconds": "ttfb_milliseconds",
    "duration_milliseconds": "gateway_logs.duration_ms",
}
TOP_FIELDS: Mapping[str, str] = {  # name in the answer → field
    "model": "model",
    "channel": "channel",
    "token_name": "token_name",
    "user": "user",
    "error_code": "code",
}
Ranking = Mapping[str, list[Body]]  # name in the answer → order of the values
BY_AMOUNT: Ranking = {"by_amount": [{"amount": "desc"}, {"_count": "desc"}, {"_key": "asc"}]}
RANKINGS: Ranking = {"by_count": [{"_count": "desc"}, {"_key": "asc"}], **BY_AMOUNT}
AMOUNT: Body = {"sum": {"field": "used_amount"}}
SUMS_OF_A_BAR: Mapping[str, Body] = {"amount": AMOUNT, "tokens": {"sum": {"field": "usage.total_tokens"}}}
_ERRORS: Body = {"filter": none_of(term("code", 200))}


class StatsParams(SearchParams, frozen=True, kw_only=True):
    """Which logs, and how to present their figures."""

    interval: str | None = None
    timezone: str = "UTC"
    size: int = 10
    compare: bool = False
    by: str | None = None

    def searched(self) -> Sequence["StatsParams"]:
        """Return the parameters, and those of the period before, where that is measured too."""
        if not self.compare or self.start_timestamp is None or self.end_timestamp is None:
            return (self,)
        before = TimeRange(self.start_timestamp, self.end_timestamp).before()
        return self, structs.replace(self, start_timestamp=before.start_ms, end_timestamp=before.end_ms)


def totals_body(view: View, params: SearchParams) -> Body:
    """Return the body of the figures of all logs together."""
    return {**count_body(matching(view, params)), "aggs": _totals()}


def stats_body(view: View, params: StatsParams, more: Mapping[str, Body]) -> Body:
    """Return the body of all figures, with these aggregations of bars."""
    tops = {name: _top(name, params.size) for name in TOP_FIELDS} if params.size else {}
    return {**count_body(matching(view, params)), "aggs": {**_totals(), **more, **tops}}


def bars_aggregation(time_range: TimeRange, interval: str, zone: str) -> Mapping[str, Body]:
    """Return the aggregation of the histogram."""
    bars = {"date_histogram": histogram(time_range, interval, zone), "aggs": {**SUMS_OF_A_BAR, "errors": _ERRORS}}
    return {"bars": bars}


def totals(found: Found) -> dict[str, Any]:
    """Return the figures of all logs together."""
    return {
        **_split(found.total, _of(found, "errors")),
        "used_amount": float_json(_value(_of(found, "amount"))),
        "usage": {name: int(_of(found, name).value or 0) for name in USAGE_FIELDS},
        **{name: _percentiles(_of(found, name)) for name in DURATIONS},
    }


def note(data: Mapping[str, Any]) -> str:
    """Return what to say of the figures: Elasticsearch adds in doubles, which count on from 2**53 in larger steps."""
    counted = [*data["usage"].values(), *data.get("previous", {}).get("usage", {}).values()]
    counted += [bar["total_tokens"] for bar in data["histogram"]]
    if all(abs(tokens) < EXACT_BELOW for tokens in counted):
        return ""
    return f"sums of tokens of {EXACT_BELOW} and more are approximate"


def bars(found: Found, zone: str) -> list[dict[str, Any]]:
    """Return the bars of the histogram."""
    return [
        {
            "start": in_zone(int(bucket.key or 0), zone),
            **_split(bucket.doc_count, bucket.errors or Aggregation()),
            "used_amount": float_json(sum_of_amounts(bucket)),
            "total_tokens": sum_of_tokens(bucket),
        }
        for bucket in _of(found, "bars").buckets
    ]


def sum_of_amounts(bucket: Bucket) -> float:
    """Return the sum of the amounts of its logs."""
    return _value(bucket.amount)


def sum_of_tokens(bucket: Bucket) -> int:
    """Return the sum of all tokens of its logs."""
    return int(_value(bucket.tokens))


def tops(found: Found) -> dict[str, Any]:
    """Return the most frequent values, and those with the highest amounts."""
    return {name: {order: _entries(getattr(_of(found, name), order)) for order in RANKINGS} for name in TOP_FIELDS}


def ranked(field: str, size: int, rankings: Ranking, clauses: Sequence[Body] = ()) -> Body:
    """Return the aggregation of the first values of a field in each order, among the logs that match the clauses."""
    having = [{"exists": {"field": field}}, none_of(term(field, 0 if field in NUMBER_FIELDS else ""))]
    terms = {"field": field, "size": size, "shard_size": SHARD_SIZE}
    lists = {name: {"terms": {**terms, "order": order}, "aggs": {"amount": AMOUNT}} for name, order in rankings.items()}
    return {"filter": all_of([*having, *clauses]), "aggs": lists}


def _totals() -> Body:
    counters = {name: {"sum": {"field": f"usage.{name}"}} for name in USAGE_FIELDS}
    return {
        "amount": AMOUNT,
        "errors": _ERRORS,
        **counters,
        **{name: _duration(field) for name, field in DURATIONS.items()},
    }


def _duration(field: str) -> Body:
    # A time to first byte of 0 means that there was no first byte.
    clause = {"range": {field: {"gt": 0}}} if field == "ttfb_milliseconds" else {"exists": {"field": field}}
    points = {"percentiles": {"field": field, "percents": list(PERCENTS), "keyed": False}}
    return {"filter": clause, "aggs": {"points": points}}


def _top(name: str, size: int) -> Body:
    errors = [none_of(term("code", 200))] if name == "error_code" else []
    return ranked(TOP_FIELDS[name], size, RANKINGS, errors)


def _split(total: int, errors: Aggregation) -> dict[str, int]:
    return {"total": total, "success": total - errors.doc_count, "error": errors.doc_count}


def _percentiles(measured: Aggregation) -> dict[str, Any]:
    points = {point.key: point.value for point in (measured.points or Aggregation()).values}
    values = ((percent, points.get(percent)) for percent in PERCENTS)
    known = {f"p{percent}": None if value is None else float_json(round(value, 1)) for percent, value in values}
    return {"count": measured.doc_count, **known}


def _entries(terms: Aggregation | None) -> list[dict[str, Any]]:
    return [
        {"value": bucket.key, "count": bucket.doc_count, "used_amount": float_json(sum_of_amounts(bucket))}
        for bucket in (terms.buckets if terms else [])
    ]


def _of(found: Found, name: str) -> Aggregation:
    return found.aggregations.get(name, Aggregation())


def _value(aggregation: Aggregation | None) -> float:
    return (aggregation.value if aggregation else 0) or 0
