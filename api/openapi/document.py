"""The routes with their documentation in, the OpenAPI document out. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.openapi.answers import ANSWER_HEADERS, FAILURES, Documented, failure_response, success_response
from api.openapi.schemas import Schema, schema_components
from mappings.instant import Times

TAGS: Mapping[str, str] = {
    "logs": "Pages of logs.",
    "detail": "One log with its bodies.",
    "facets": "Values with the number of logs that have each.",
    "stats": "Counts over time, sums, percentiles and top values.",
    "errors": "Failed requests, grouped by message.",
    "neighbours": "What happened just before and after a log.",
    "freshness": "The time of the newest log.",
    "export": "Every matching log as a file.",
    "tail": "New logs as they become searchable.",
    "key": "What a key reads.",
    "health": "For whoever watches the service.",
}
_GROUP: Schema = {
    "name": "group",
    "in": "path",
    "required": True,
    "description": "The group's name, percent-encoded.",
    "schema": {"type": "string", "minLength": 1},
}
_SECURITY: Mapping[str, Schema] = {
    "header": {
        "type": "http",
        "scheme": "bearer",
        "description": "`Authorization: Bearer <key>`; `Authorization: <key>` is accepted too.",
    },
    "parameter": {
        "type": "apiKey",
        "in": "query",
        "name": "key",
        "description": "For clients that can send no header, such as the EventSource of browsers.",
    },
}


def document(routes: Iterable[BaseRoute], version: str, times: Times) -> Schema:
    """Return the document of the routes that have documentation."""
    found = [(route, extra["documented"]) for route, extra in _documented(routes)]
    models = [documented.success.data for _, documented in found if documented.success.data is not None]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gateway-logs",
            "description": "Search over the logs of an AI gateway. HEAD is answered like GET, without a body.",
            "version": version,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "the service that answered this document"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": {route.path_format: {"get": _operation(route, one, times)} for route, one in found},
        "components": {
            "schemas": schema_components(models, times),
            "responses": {one.name: failure_response(one) for one in FAILURES.values()},
            "headers": dict(ANSWER_HEADERS),
            "securitySchemes": dict(_SECURITY),
        },
    }


def _documented(routes: Iterable[BaseRoute]) -> Iterator[tuple[APIRoute, dict[str, Any]]]:
    for route in routes:
        if isinstance(route, APIRoute) and route.openapi_extra:
            yield route, route.openapi_extra


def _operation(route: APIRoute, documented: Documented, times: Times) -> Schema:
    group = [_GROUP] if "{group}" in route.path_format else []
    failures = {status: _reference(status) for status in documented.failures}
    return {
        "tags": route.tags,
        "summary": route.summary,
        "description": documented.success.description,
        "operationId": route.name,
        "parameters": [*group, *documented.parameters],
        "responses": {"200": success_response(documented.success, times), **failures},
        "security": [{name: []} for name in _SECURITY] if documented.needs_key else [],
    }


def _reference(status: str) -> Schema:
    return {"$ref": f"#/components/responses/{FAILURES[status].name}"}
