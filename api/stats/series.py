"""The bars of the values with the highest amounts, and of all other logs: bodies out, answers in. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.clauses import Body, none_of
from api.envelope import float_json
from api.query import count_body, matching
from api.request.view import View
from api.stats.intervals import occupied_histogram
from api.stats.measures import AMOUNT, BY_AMOUNT, SUMS_OF_A_BAR, StatsParams, ranked, sum_of_amounts, sum_of_tokens
from api.store.answers import Aggregation, Bucket, Found

SERIES_FIELDS = ("model", "channel", "token_name", "user", "group")
SERIES_FIELDS_OF_A_GROUP = tuple(field for field in SERIES_FIELDS if field != "group")
MAX_SERIES = 10

Values = Sequence[int | float | str]


def first_body(view: View, params: StatsParams, *, with_bounds: bool) -> Body:
    """Return the body of what must be known before bars can be asked for.

    This is the first and the last `created_at` of the logs, where the window does not say them, and the highest values.
    A single body would collect bars for every value that a shard ranks, which may be thousands.
    """
    moments = {"first": {"min": {"field": "created_at"}}, "last": {"max": {"field": "created_at"}}}
    highest = {"highest": ranked(params.by, min(params.size or MAX_SERIES, MAX_SERIES), BY_AMOUNT)} if params.by else {}
    return {**count_body(matching(view, params)), "aggs": {**(moments if with_bounds else {}), **highest}}


def highest_values(found: Found) -> Values:
    """Return the values with the highest amounts."""
    highest = found.aggregations.get("highest", Aggregation()).by_amount or Aggregation()
    return [bucket.key for bucket in highest.buckets if bucket.key is not None]


def series_aggregations(by: str, values: Values, interval: str, zone: str) -> Mapping[str, Body]:
    """Return the aggregations of the bars of these values, and of the bars of all logs that have none of them."""
    bars = {"bars": {"date_histogram": occupied_histogram(interval, zone), "aggs": SUMS_OF_A_BAR}}
    others = {"filter": none_of({"terms": {by: values}}), "aggs": bars}
    if not values:
        return {"others": others}
    terms = {"field": by, "include": values, "size": len(values), "order": BY_AMOUNT["by_amount"]}
    return {"series": {"terms": terms, "aggs": {"amount": AMOUNT, **bars}}, "others": others}


def series(found: Found, by: str) -> dict[str, Any]:
    """Return the bars of each value, in lists with one entry for each bar of the histogram."""
    starts = [bucket.key for bucket in found.aggregations.get("bars", Aggregation()).buckets]
    values = found.aggregations.get("series", Aggregation()).buckets
    return {
        "by": by,
        "values": [{"value": value.key, **_lists(value.bars, starts)} for value in values],
        "other": _lists(found.aggregations.get("others", Aggregation()).bars, starts),
    }


def _lists(bars: Aggregation | None, starts: Sequence[Any]) -> dict[str, Any]:
    by_start = {bucket.key: bucket for bucket in (bars.buckets if bars else [])}
    in_order = [by_start.get(start, Bucket(0)) for start in starts]
    return {
        "count": [bucket.doc_count for bucket in in_order],
        "used_amount": [float_json(sum_of_amounts(bucket)) for bucket in in_order],
        "total_tokens": [sum_of_tokens(bucket) for bucket in in_order],
    }
