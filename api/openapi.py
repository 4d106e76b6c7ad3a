"""What /docs and /openapi.json say about the routes: every parameter, a schema and an example of every answer."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from api.envelope import LogFormat, detailed_log, success
from api.errors import MESSAGES
from api.request.parameters import Parameter
from api.store.answers import Hit
from mappings.event import LogEvent

Schema = dict[str, Any]

_FAILURES: Mapping[int | str, tuple[str, str]] = {
    400: ("A parameter is wrong.", "per_page=500: must be a whole number from 1 to 100"),
    401: ("No key, or an unknown one.", "no key, or an unknown one: send it as `Authorization: Bearer <key>`"),
    403: (
        "The key reads another group.",
        "this key reads the logs of its own group only: /api/log/{group}/search",
    ),
    404: (
        "No such path.",
        "there is nothing at this path: the searches are /api/logs/search and /api/log/{group}/search",
    ),
    429: (
        "A limit of the key is reached; `Retry-After` says when to try again.",
        "this key may send 5 requests per second: try again in 1 s",
    ),
    503: (
        "Elasticsearch is away or overloaded; `Retry-After` says when to try again.",
        "Elasticsearch does not answer at the moment: try again in a moment",
    ),
    504: (
        "The search timed out.",
        "the search timed out: narrow the time window or the query",
    ),
    "default": ("Any other failure.", MESSAGES[500]),
}
_FAILURE_SCHEMA: Schema = {
    "type": "object",
    "required": ["message", "success"],
    "properties": {"message": {"type": "string"}, "success": {"const": False}},
    "additionalProperties": False,
}
_LOG_FIELDS = frozenset(LogEvent.__struct_fields__)
_TYPES = {bool: "boolean", int: "number", float: "number", str: "string"}
ID_IN_PATH: dict[str, Any] = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The gateway's `id` of the log.",
    "schema": {"type": "string", "format": "int64", "title": "Id", "description": "The gateway's `id` of the log."},
}
EXAMPLE_EVENT = {
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


def described(
    parameters: tuple[Parameter, ...], success: dict[str, Any], more_parameters: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:
    """Return the documentation of a route, as keyword arguments of FastAPI."""
    return {
        "responses": {200: success, **{status: _failure(status) for status in _FAILURES}},
        "openapi_extra": {"parameters": [*more_parameters, *map(_parameter, parameters)]},
    }


def json_answer(description: str, example: Any) -> dict[str, Any]:
    """Return the documentation of an answer in JSON, its schema derived from the example."""
    content = {"example": example, "schema": envelope_schema(example)}
    return {"description": description, "content": {"application/json": content}}


def example_hit() -> Hit:
    """Return the log of the examples as Elasticsearch returns it."""
    return Hit({name: Raw(msgspec.json.encode(value)) for name, value in EXAMPLE_EVENT.items()})


def one_log() -> dict[str, Any]:
    """Return the documentation of an answer that is one log."""
    return json_answer("The log.", msgspec.json.decode(success(detailed_log(example_hit(), LogFormat()), "")))


def envelope_schema(example: Any) -> Schema:
    """Return the schema of a successful answer: every key of the envelope and of its data is always there."""
    schema = schema_of(example)
    schema["required"] = list(example)
    schema["properties"]["success"] = {"const": True}
    if isinstance(example["data"], dict):
        schema["properties"]["data"]["required"] = list(example["data"])
    return schema


def schema_of(example: Any) -> Schema:
    """Return a schema that the example satisfies, and objects with further keys; null leaves the type open."""
    if isinstance(example, dict):
        properties = {name: schema_of(value) for name, value in example.items()}
        return {"type": "object", "properties": properties, **_required(example)}
    if isinstance(example, list):
        return {"type": "array", "items": schema_of(example[0])} if example else {"type": "array"}
    return {} if example is None else {"type": _TYPES[type(example)]}


def _required(example: dict[str, Any]) -> Schema:
    """Return what a log always has: every documented field."""
    return {"required": sorted(_LOG_FIELDS)} if example.keys() >= _LOG_FIELDS else {}


def _failure(status: int | str) -> dict[str, Any]:
    description, message = _FAILURES[status]
    content = {"example": {"message": message, "success": False}, "schema": _FAILURE_SCHEMA}
    return {"description": description, "content": {"application/json": content}}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    alias = f" Also accepted as `{parameter.alias}`." if parameter.alias else ""
    description = parameter.description + alias
    return {"name": parameter.name, "in": "query", "description": description, "schema": dict(parameter.schema)}
