"""The values of a field among some logs, with the number of logs that have each: bodies out, answers in. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import structs

from api.clauses import Body, all_of, any_of, none_of, term
from api.facets.letter_case import starts_in_any_case
from api.query import NUMBER_FIELDS, SHARD_SIZE, count_body, matching
from api.request.conditions import without_field
from api.request.params import SearchParams
from api.request.ranges import INT64
from api.request.view import View
from api.store.answers import Aggregation, Found

FIELDS: Mapping[str, str] = {  # field → the filter on its values
    "channel": "channel",
    "model": "model_name",
    "token_name": "token_name",
    "code": "code",
    "user": "user",
    "endpoint": "endpoint",
    "group": "group",
}
FIELDS_OF_A_GROUP = tuple(field for field in FIELDS if field != "group")
EXACT_DISTINCT = 3_000  # up to so many values the number of distinct ones is nearly exact


class FacetParams(SearchParams, frozen=True, kw_only=True):
    """Which logs, and which of their values to count."""

    size: int = 20
    field: str | None = None
    prefix: str | None = None

    def searched(self) -> Sequence["FacetParams"]:
        """Return the parameters, and those without its own filter for each field that has one."""
        fields = (self.field,) if self.field else FIELDS
        return (self, *(_without_filter(self, field) for field in fields if _is_filtered(self, field)))


class Count(NamedTuple):
    """A body, and the fields whose values it counts."""

    fields: tuple[str, ...]
    body: Body


def counts(view: View, params: FacetParams, fields: Sequence[str]) -> list[Count]:
    """Return the bodies: one under all filters, and one without its own filter for each field that has one.

    So a menu still offers the other values when one was chosen.
    """
    alone = tuple(field for field in fields if params.prefix or _is_filtered(params, field))
    together = tuple(field for field in fields if field not in alone)
    return [
        Count(together, _body(params, matching(view, params), together)),
        *(Count((field,), _body(params, _clauses_without(view, params, field), (field,))) for field in alone),
    ]


def facet(field: str, found: Found) -> dict[str, Any]:
    """Return the answer for one field."""
    having = found.aggregations[field]
    top = having.top or Aggregation()
    return {
        "values": [{"value": bucket.key, "count": bucket.doc_count} for bucket in top.buckets],
        "distinct": int(having.distinct.value or 0) if having.distinct else 0,
        "other": having.doc_count - sum(bucket.doc_count for bucket in top.buckets),
        "none": found.total - having.doc_count,
        "exact": not top.doc_count_error_upper_bound,
    }


def _is_filtered(params: FacetParams, field: str) -> bool:
    is_named = any(condition.field == field for condition in (*params.only, *params.exclude))
    return is_named or getattr(params, FIELDS[field]) is not None


def _clauses_without(view: View, params: FacetParams, field: str) -> list[Body]:
    others = matching(view, _without_filter(params, field))
    return [*others, *(_prefix(field, params.prefix) if params.prefix else ())]


def _without_filter(params: FacetParams, field: str) -> FacetParams:
    conditions = without_field({"only": params.only, "exclude": params.exclude}, field)
    return structs.replace(params, **{FIELDS[field]: None}, **conditions)


def _body(params: FacetParams, clauses: list[Body], fields: tuple[str, ...]) -> Body:
    counted = {field: _aggregation(field, params.size) for field in fields}
    return {**count_body(clauses), **({"aggs": counted} if counted else {})}


def _aggregation(field: str, size: int) -> Body:
    nothing = term(field, 0 if field in NUMBER_FIELDS else "")
    return {
        "filter": all_of([{"exists": {"field": field}}, none_of(nothing)]),
        "aggs": {
            "top": {"terms": {"field": field, "size": size, "shard_size": SHARD_SIZE}},
            "distinct": {"cardinality": {"field": field, "precision_threshold": EXACT_DISTINCT}},
        },
    }


def _prefix(field: str, prefix: str) -> Iterator[Body]:
    """Yield the clause of the values with this prefix, in any letter case."""
    if field in NUMBER_FIELDS:
        yield any_of([{"range": {field: bounds}} for bounds in digit_ranges(prefix)])
    else:
        yield starts_in_any_case(field, prefix)


def digit_ranges(prefix: str) -> list[dict[str, int]]:
    """Return the ranges of the 64-bit numbers with these first digits: for 5, these are 5, 50 to 59, 500 to 599, …"""
    first, longest = int(prefix), len(str(INT64.stop))
    ranges = [(first * 10**tail, (first + 1) * 10**tail - 1) for tail in range(longest - len(prefix) + 1)]
    return [{"gte": low, "lte": min(high, INT64.stop - 1)} for low, high in ranges if low in INT64]
