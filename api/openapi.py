"""What /docs and /openapi.json say about the searches: every parameter, an example of every answer."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import Response
from msgspec import Raw

from api.envelope import Page, envelope, log, success
from api.errors import SENTENCES
from api.query import MENUS
from api.request.parameters import GROUP_RULES, RULES, Rule
from api.schemas import FAILURE, envelope_schema
from api.store.answers import Aggregation, Bucket, Hit

_FAILURES: Mapping[int | str, tuple[str, str]] = {
    400: ("A parameter is wrong.", "per_page=500: must be a whole number from 1 to 100"),
    401: ("No key, or an unknown one.", "no key, or an unknown one: send it as `Authorization: Bearer <key>`"),
    403: (
        "The key is another group's.",
        "this key reads the logs of its own group only: /api/log/{group}/search",
    ),
    404: (
        "No such path.",
        "there is nothing at this path: the searches are /api/logs/search and /api/log/{group}/search",
    ),
    429: (
        "The key's limit is reached; `Retry-After` says when to ask again.",
        "this key may send 5 requests a second: try again in 1 s",
    ),
    503: (
        "Elasticsearch is away or overloaded; `Retry-After` says when to ask again.",
        "the log store does not answer at the moment: try again in a moment",
    ),
    504: (
        "The search ran out of time.",
        "the search ran out of time: narrow the time window or the query",
    ),
    "default": ("Any other failure.", SENTENCES[500]),
}
_EVENT = {
    "id": 42,
    "request_id": "1795521600123456",
    "created_at": 1795521600123,
    "request_at": 1795521598600,
    "group": "ns-admin",
    "model": "gpt-4o",
    "token_name": "default",
    "endpoint": "/v1/chat/completions",
    "channel": 3,
    "code": 200,
    "mode": 1,
    "metadata": {"team": "search"},
    "usage": {"input_tokens": 12, "output_tokens": 30, "total_tokens": 42},
    "request_detail": {"id": 7, "log_id": 42, "request_body": '{"model":"gpt-4o"}', "response_body": "{}"},
}


def example_hit() -> Hit:
    """Return the log of the examples as Elasticsearch gives it."""
    return Hit({name: Raw(msgspec.json.encode(value)) for name, value in _EVENT.items()})


def one_log() -> dict[str, Any]:
    """Return what is said about an answer that is one log."""
    data = msgspec.json.decode(success(log(example_hit(), with_bodies=True), ""))
    return answered("The log.", data)


def _success() -> dict[str, Any]:
    hit = example_hit()
    menus = {name: Aggregation([Bucket(1, _EVENT[field])]) for name, field in MENUS.items()}  # type: ignore[arg-type]
    page = envelope(Page([hit], 1, menus), "", with_bodies=True)
    return answered("The logs of the page.", msgspec.json.decode(page))


def _failure(status: int | str) -> dict[str, Any]:
    description, message = _FAILURES[status]
    content = {"example": {"message": message, "success": False}, "schema": FAILURE}
    return {"description": description, "content": {"application/json": content}}


def answered(description: str, example: Any) -> dict[str, Any]:
    """Return what is said about an answer of JSON."""
    content = {"example": example, "schema": envelope_schema(example)}
    return {"description": description, "content": {"application/json": content}}


def _parameter(rule: Rule) -> dict[str, Any]:
    also = f" Also accepted as `{rule.alias}`." if rule.alias else ""
    description = rule.description + also
    return {"name": rule.name, "in": "query", "description": description, "schema": dict(rule.schema)}


def described(rules: tuple[Rule, ...], answer: dict[str, Any]) -> dict[str, Any]:
    """Return what is said about a route that takes these parameters and gives this answer."""
    return {
        "responses": {200: answer, **{status: _failure(status) for status in _FAILURES}},
        "openapi_extra": {"parameters": [_parameter(rule) for rule in rules]},
    }


def _tail(rules: tuple[Rule, ...]) -> dict[str, Any]:
    taken = [_parameter(rule) for rule in rules if rule.name not in NOT_FOR_TAILS]
    return {
        "responses": {200: _EVENTS, **{status: _failure(status) for status in _FAILURES}},
        "openapi_extra": {"parameters": [*taken, _LAST_EVENT_ID]},
        "response_class": Response,
    }


NOT_FOR_TAILS = frozenset({"page", "per_page", "order", "highlight", "after", "as_of"})
_EVENTS = {
    "description": "Server-sent events, without end: each is one log, as the searches answer it.",
    "content": {
        "text/event-stream": {
            "schema": {"type": "string"},
            "example": 'event: start\nid: 1.\ndata: {"message":""}\n\nid: 1.q83vEgAAAAAH\ndata: {"id":42}\n\n',
        }
    },
}
_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The id of the last event that was read: the tail goes on behind it.",
    "schema": {"type": "string"},
}
SEARCH_ALL = described(RULES, _success())
SEARCH_GROUP = described(GROUP_RULES, _success())
TAIL_ALL = _tail(RULES)
TAIL_GROUP = _tail(GROUP_RULES)
