"""What /docs and /openapi.json say about the searches: every parameter, an example of every answer."""

from collections.abc import Mapping
from typing import Any

from api.params import GROUP_RULES, RULES, Rule

_FAILURES: Mapping[int, tuple[str, str]] = {
    400: ("A parameter is wrong.", "per_page=500: must be a whole number from 1 to 100"),
    401: (
        "No key, or an unknown one.",
        "no key, or an unknown one: send it as `Authorization: Bearer <key>`",
    ),
    403: (
        "The key is another group's.",
        "this key reads the logs of its own group only: /api/log/{group}/search",
    ),
    404: (
        "No such path.",
        "there is nothing at this path: the searches are /api/logs/search and /api/log/{group}/search",
    ),
    503: (
        "Elasticsearch is away or overloaded.",
        "the log store does not answer at the moment: try again in a moment",
    ),
    504: ("The search ran out of time.", "the search ran out of time: narrow the time window or the query"),
}


def _parameter(rule: Rule) -> dict[str, Any]:
    also = f" Also accepted as `{rule.alias}`." if rule.alias else ""
    description = rule.description + also
    return {"name": rule.name, "in": "query", "description": description, "schema": dict(rule.schema)}


def _failure(status: int) -> dict[str, Any]:
    description, message = _FAILURES[status]
    example = {"message": message, "success": False}
    return {"description": description, "content": {"application/json": {"example": example}}}


def _search(rules: tuple[Rule, ...]) -> dict[str, Any]:
    return {
        "responses": {status: _failure(status) for status in _FAILURES},
        "openapi_extra": {"parameters": [_parameter(rule) for rule in rules]},
    }


SEARCH_ALL = _search(RULES)
SEARCH_GROUP = _search(GROUP_RULES)
