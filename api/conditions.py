"""`only` and `exclude` as clauses. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from api.clauses import Body, all_of, any_of, none_of, term
from api.request.address import address_term
from api.request.conditions import FieldCondition, FieldValue
from api.request.ranges import MEASUREMENTS, NumberRange
from mappings.index import OWN

_STORED: Mapping[str, str] = {  # name → field, where they differ
    "total_tokens": "usage.total_tokens",
    "input_tokens": "usage.input_tokens",
    "output_tokens": "usage.output_tokens",
    "duration_milliseconds": f"{OWN}.duration_ms",
}


def condition_clauses(only: Sequence[FieldCondition], exclude: Sequence[FieldCondition]) -> Iterator[Body]:
    """Yield a clause for each field with wanted values, any of which is enough, and one for each excluded value."""
    for field in dict.fromkeys(one.field for one in only):
        yield any_of([_has(one) for one in only if one.field == field])
    for one in exclude:
        yield none_of(_has(one))


def number_clause(field: str, number: int) -> Body:
    """Match a number of an identity; 0 matches the logs that have none."""
    clause = term(field, number)
    return clause if number else any_of([clause, _missing(field)])


def _has(condition: FieldCondition) -> Body:
    if isinstance(condition, NumberRange):
        return _in_range(condition)
    return _not_measured(condition.field) if condition.field in MEASUREMENTS else _has_value(condition)


def _has_value(condition: FieldValue) -> Body:
    field, value = condition.field, condition.value
    if isinstance(value, int):
        return number_clause(field, value)
    if not value:
        return any_of([term(field, value), _missing(field)])
    return term(*address_term(value)) if field == "ip" else term(field, value)


def _not_measured(name: str) -> Body:
    """Match the logs without a first byte, which gateways write as 0, or without a duration, which may be 0."""
    return number_clause(name, 0) if name == "ttfb_milliseconds" else _missing(_STORED[name])


def _in_range(wanted: NumberRange) -> Body:
    field = _STORED.get(wanted.field, wanted.field)
    clause = _between(field, wanted)
    if not wanted.has(0) or wanted.field == "duration_milliseconds":
        return clause
    if wanted.field == "ttfb_milliseconds":
        return all_of([clause, none_of(term(field, 0))])
    return any_of([clause, _missing(field)])


def _between(field: str, wanted: NumberRange) -> Body:
    # Elasticsearch sorts -0.0 before 0.0: an end at zero includes both.
    low = -0.0 if wanted.field == "used_amount" and wanted.low == 0 else wanted.low
    high = abs(wanted.high) if wanted.high == 0 else wanted.high
    return {"range": {field: {name: end for name, end in (("gte", low), ("lte", high)) if end is not None}}}


def _missing(field: str) -> Body:
    return none_of({"exists": {"field": field}})
