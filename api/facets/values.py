"""The values that a field has among some logs, and how many logs have each: bodies out, answers in. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import structs

from api.query import Body, all_of, any_of, count_body, matching, none_of, term
from api.request.parameters import INT64
from api.request.params import SearchParams
from api.store.answers import Aggregation, Found

FIELDS: Mapping[str, str] = {  # what is counted → the filter that chooses among its values
    "channel": "channel",
    "model": "model_name",
    "token_name": "token_name",
    "code": "code",
    "user": "user",
    "endpoint": "endpoint",
    "group": "group",
}
FIELDS_OF_A_GROUP = tuple(field for field in FIELDS if field != "group")
NUMBERS = frozenset({"channel", "code"})
IN_EACH_INDEX = 5_000  # values that each index counts before the most frequent are chosen
DISTINCT_EXACTLY = 3_000


class FacetParams(SearchParams, frozen=True, kw_only=True):
    """Which logs, and what to tell about the values in them."""

    size: int = 20
    field: str | None = None
    prefix: str | None = None


class Count(NamedTuple):
    """One body, and the fields whose values it counts."""

    fields: tuple[str, ...]
    body: Body


def counts(params: FacetParams, fields: Sequence[str]) -> list[Count]:
    """Return what to ask: first under all filters, then, of each field that is filtered by, without that filter.

    So a menu goes on to offer the other values when one was chosen.
    """
    alone = tuple(field for field in fields if params.prefix or getattr(params, FIELDS[field]) is not None)
    together = tuple(field for field in fields if field not in alone)
    return [
        Count(together, _body(params, matching(params), together)),
        *(Count((field,), _body(params, _clauses_without(params, field), (field,))) for field in alone),
    ]


def facet(field: str, found: Found) -> dict[str, Any]:
    """Return what an answer says about one field."""
    having = found.aggregations[field]
    top = having.top or Aggregation()
    total = found.hits.total.value if found.hits.total else 0
    return {
        "values": [{"value": bucket.key, "count": bucket.doc_count} for bucket in top.buckets],
        "distinct": int(having.distinct.value or 0) if having.distinct else 0,
        "other": having.doc_count - sum(bucket.doc_count for bucket in top.buckets),
        "none": total - having.doc_count,
        "exact": not top.doc_count_error_upper_bound,
    }


def _clauses_without(params: FacetParams, field: str) -> list[Body]:
    others = structs.replace(params, **{FIELDS[field]: None})
    return [*matching(others), *(_beginnings(field, params.prefix) if params.prefix else ())]


def _body(params: FacetParams, clauses: list[Body], fields: tuple[str, ...]) -> Body:
    counted = {field: _aggregation(field, params.size) for field in fields}
    return {**count_body(clauses), **({"aggs": counted} if counted else {})}


def _aggregation(field: str, size: int) -> Body:
    nothing = term(field, 0 if field in NUMBERS else "")
    return {
        "filter": all_of([{"exists": {"field": field}}, none_of(nothing)]),
        "aggs": {
            "top": {"terms": {"field": field, "size": size, "shard_size": IN_EACH_INDEX}},
            "distinct": {"cardinality": {"field": field, "precision_threshold": DISTINCT_EXACTLY}},
        },
    }


def _beginnings(field: str, prefix: str) -> Iterator[Body]:
    """Give the clause of the values that begin so: letter case makes no difference."""
    if field in NUMBERS:
        yield any_of([{"range": {field: bounds}} for bounds in digits(prefix)])
    else:
        yield {"prefix": {field: {"value": prefix, "case_insensitive": True}}}


def digits(prefix: str) -> list[dict[str, int]]:
    """Return the ranges of the 64-bit numbers whose digits begin so: of 5, 5 to 5, 50 to 59, 500 to 599, and on."""
    first, longest = int(prefix), len(str(INT64.stop))
    ranges = [(first * 10**tail, (first + 1) * 10**tail - 1) for tail in range(longest - len(prefix) + 1)]
    return [{"gte": low, "lte": min(high, INT64.stop - 1)} for low, high in ranges if low in INT64]
