"""The clauses that every body of a search is built of. Pure."""

from typing import Any

Body = dict[str, Any]

MAX_KEYWORD = 8191  # characters; `ignore_above` of every keyword in logs.json
MAX_PREFIX = 1000  # characters of a `prefix` query; index.max_regex_length


def term(field: str, value: str | int) -> Body:
    """Match one value exactly."""
    if isinstance(value, str) and len(value) > MAX_KEYWORD:
        return {"match_none": {}}  # no index holds it, and Elasticsearch refuses to search for it
    return {"term": {field: {"value": value}}}


def starts(field: str, text: str) -> Body:
    """Match the values of a keyword, or the words of a text, that start with this."""
    if len(text) <= MAX_PREFIX:
        return {"prefix": {field: {"value": text}}}
    return {"range": {field: {"gte": text, "lt": text + "\U0010ffff"}}}


def none_of(clause: Body) -> Body:
    """Match what a clause does not match."""
    return {"bool": {"must_not": [clause]}}


def all_of(clauses: list[Body]) -> Body:
    """Match what all clauses match."""
    return clauses[0] if len(clauses) == 1 else {"bool": {"filter": clauses}}


def any_of(clauses: list[Body]) -> Body:
    """Match what at least one clause matches."""
    return {"bool": {"should": clauses, "minimum_should_match": 1}}
