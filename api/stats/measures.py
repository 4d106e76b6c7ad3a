"""What is measured about some logs: bodies out, answers in. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from api.facets.values import IN_EACH_INDEX, NUMBERS
from api.query import Body, all_of, count_body, matching, none_of, term
from api.request.params import SearchParams
from api.request.timezone import in_zone
from api.stats.intervals import Period, histogram
from api.store.answers import Aggregation, Found
from mappings.event import Usage

PERCENTS = (50, 90, 95, 99)
COUNTERS = tuple(field.name for field in msgspec.structs.fields(Usage))
TIMES: Mapping[str, str] = {
    "ttfb_milliseconds": "ttfb_milliseconds",
    "duration_milliseconds": "gateway_logs.duration_ms",
}
TOPS: Mapping[str, str] = {
    "model": "model",
    "channel": "channel",
    "token_name": "token_name",
    "user": "user",
    "error_code": "code",
}
ORDERS: Mapping[str, Body] = {"by_count": {"_count": "desc"}, "by_amount": {"amount": "desc"}}
_AMOUNT: Body = {"sum": {"field": "used_amount"}}
_ERRORS: Body = {"filter": none_of(term("code", 200))}


class StatsParams(SearchParams, frozen=True, kw_only=True):
    """Which logs, and how to present what is measured."""

    interval: str | None = None
    timezone: str = "UTC"
    size: int = 10
    compare: bool = False


def bounds_body(params: SearchParams) -> Body:
    """Return the body that finds the first and the last moment of the logs."""
    moments = {"first": {"min": {"field": "created_at"}}, "last": {"max": {"field": "created_at"}}}
    return {**count_body(matching(params)), "aggs": moments}


def totals_body(params: SearchParams) -> Body:
    """Return the body of the figures that stand for all logs together."""
    return {**count_body(matching(params)), "aggs": _totals()}


def stats_body(params: StatsParams, period: Period, interval: str) -> Body:
    """Return the body of all figures."""
    bars = {
        "date_histogram": histogram(period, interval, params.timezone),
        "aggs": {"amount": _AMOUNT, "tokens": {"sum": {"field": "usage.total_tokens"}}, "errors": _ERRORS},
    }
    return {
        **count_body(matching(params)),
        "aggs": {**_totals(), "bars": bars, **{name: _top(name, params.size) for name in TOPS}},
    }


def totals(found: Found) -> dict[str, Any]:
    """Return the figures that stand for all logs together."""
    total = found.hits.total.value if found.hits.total else 0
    return {
        **_split(total, _of(found, "errors")),
        "used_amount": _of(found, "amount").value or 0,
        "usage": {name: int(_of(found, name).value or 0) for name in COUNTERS},
        **{name: _percentiles(_of(found, name)) for name in TIMES},
    }


def bars(found: Found, zone: str) -> list[dict[str, Any]]:
    """Return the bars of the histogram."""
    return [
        {
            "start": in_zone(int(bucket.key or 0), zone),
            **_split(bucket.doc_count, bucket.errors or Aggregation()),
            "used_amount": _value(bucket.amount),
            "total_tokens": int(_value(bucket.tokens)),
        }
        for bucket in found.aggregations["bars"].buckets
    ]


def tops(found: Found) -> dict[str, Any]:
    """Return the values that occur most, and those that cost most."""
    return {name: {order: _entries(getattr(_of(found, name), order)) for order in ORDERS} for name in TOPS}


def _totals() -> Body:
    counters = {name: {"sum": {"field": f"usage.{name}"}} for name in COUNTERS}
    return {"amount": _AMOUNT, "errors": _ERRORS, **counters, **{name: _times(field) for name, field in TIMES.items()}}


def _times(field: str) -> Body:
    # A time to first byte of 0 means that there was none.
    clause = {"range": {field: {"gt": 0}}} if field == "ttfb_milliseconds" else {"exists": {"field": field}}
    points = {"percentiles": {"field": field, "percents": list(PERCENTS), "keyed": False}}
    return {"filter": clause, "aggs": {"points": points}}


def _top(name: str, size: int) -> Body:
    field = TOPS[name]
    having = [{"exists": {"field": field}}, none_of(term(field, 0 if field in NUMBERS else ""))]
    errors = [none_of(term("code", 200))] if name == "error_code" else []
    terms = {"field": field, "size": size, "shard_size": IN_EACH_INDEX}
    ranked = {
        order: {"terms": {**terms, "order": [by, {"_key": "asc"}]}, "aggs": {"amount": _AMOUNT}}
        for order, by in ORDERS.items()
    }
    return {"filter": all_of([*having, *errors]), "aggs": ranked}


def _split(total: int, errors: Aggregation) -> dict[str, int]:
    return {"total": total, "success": total - errors.doc_count, "error": errors.doc_count}


def _percentiles(measured: Aggregation) -> dict[str, Any]:
    points = {point.key: point.value for point in (measured.points or Aggregation()).values}
    values = ((percent, points.get(percent)) for percent in PERCENTS)
    known = {f"p{percent}": None if value is None else round(value, 1) for percent, value in values}
    return {"count": measured.doc_count, **known}


def _entries(terms: Aggregation | None) -> list[dict[str, Any]]:
    return [
        {"value": bucket.key, "count": bucket.doc_count, "used_amount": _value(bucket.amount)}
        for bucket in (terms.buckets if terms else [])
    ]


def _of(found: Found, name: str) -> Aggregation:
    return found.aggregations.get(name, Aggregation())


def _value(aggregation: Aggregation | None) -> float:
    return (aggregation.value if aggregation else 0) or 0
