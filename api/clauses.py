"""The clauses that every body of a search is built of. Pure."""

from typing import Any

Body = dict[str, Any]

MAX_KEYWORD = 8191  # characters; `ignore_above` of every keyword in logs.json
# Of a `prefix` query, and of the lower bound of a range of texts: version 8 of Elasticsearch takes no more than 1,000.
MAX_PREFIX_BYTES = 990
_LAST_CHARACTER = "\U0010ffff"


def term(field: str, value: str | int) -> Body:
    """Match one value exactly."""
    if isinstance(value, str) and len(value) > MAX_KEYWORD:
        return {"match_none": {}}  # no index holds it, and Elasticsearch refuses to search for it
    return {"term": {field: {"value": value}}}


def starts(field: str, text: str) -> Body:
    """Match the values of a keyword, or the words of a text, that start with this."""
    lowest = text.encode()[:MAX_PREFIX_BYTES].decode(errors="ignore")
    if lowest == text:
        return {"prefix": {field: {"value": text}}}
    until_last = {"range": {field: {"gte": lowest, "lt": text + _LAST_CHARACTER}}}
    before = {"range": {field: {"gte": lowest, "lt": text}}}
    return {"bool": {"filter": [until_last], "must_not": [before]}}


def none_of(clause: Body) -> Body:
    """Match what a clause does not match."""
    return {"bool": {"must_not": [clause]}}


def all_of(clauses: list[Body]) -> Body:
    """Match what all clauses match."""
    return clauses[0] if len(clauses) == 1 else {"bool": {"filter": clauses}}


def any_of(clauses: list[Body]) -> Body:
    """Match what at least one clause matches."""
    return {"bool": {"should": clauses, "minimum_should_match": 1}}
