"""Models in, JSON schemas as named components out. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct, inspect, structs

from api.envelope import DETAIL_AT_THE_TOP, DETAIL_BODIES
from api.openapi.models import AnsweredLog, DetailedLog, Model, UsageSums
from mappings.event import LogEvent, Price, RequestDetail, Usage
from mappings.instant import Times

Schema = dict[str, Any]

REFERENCE = "#/components/schemas/{name}"
_FORMATS: Mapping[str, str] = {"integer": "int64", "number": "double"}
_BY_KIND: Mapping[type, Schema] = {  # of a union the first that is listed here
    inspect.BoolType: {"type": "boolean"},
    inspect.FloatType: {"type": "number"},
    inspect.IntType: {"type": "integer"},
    inspect.DictType: {"type": "object", "additionalProperties": {"type": "string"}},
    inspect.StrType: {"type": "string"},
}
_TIME: Mapping[Times, Schema] = {
    "rfc3339": {"type": "string", "description": 'RFC 3339 in UTC, or "" for none'},
    "epoch_ms": {"type": "integer", "description": "epoch milliseconds, or 0 for none"},
}
_CREATED_AT: Mapping[Times, Schema] = {
    "rfc3339": {"type": "string", "format": "date-time", "description": "the end of the request"},
    "epoch_ms": {"type": "integer", "description": "the end of the request, in epoch milliseconds"},
}
_OF_A_LOG: Mapping[Model, str] = {AnsweredLog: "Log", UsageSums: "Usage"}  # the names of their components
_REDACTED = {"type": "integer", "description": "how many secrets were removed"}
_FAILURE: Schema = {
    "title": "Failure",
    "description": "What is wrong, and what to do.",
    "type": "object",
    "properties": {"message": {"type": "string"}, "success": {"type": "boolean", "const": False}},
    "required": ["message", "success"],
}


def reference(name: str) -> Schema:
    """Return a reference to a component."""
    return {"$ref": REFERENCE.format(name=name)}


def schema_components(models: Iterable[Model], times: Times) -> dict[str, Schema]:
    """Return the components of these models, of the envelope around each, and of a failure."""
    known = list(dict.fromkeys(models))
    declared = [model for model in known if issubclass(model, Struct)]
    _, found = msgspec.json.schema_components(declared, schema_hook=_of_a_log, ref_template=REFERENCE)
    envelopes = {f"{model.__name__}Answer": _envelope(model) for model in known}
    every = {**_log_components(times), **found, **envelopes, "Failure": _FAILURE}
    return {name: _with_formats(schema) for name, schema in sorted(every.items())}


def _of_a_log(model: Model) -> Schema:
    return reference(_OF_A_LOG[model])


def _envelope(model: Model) -> Schema:
    properties = {
        "data": reference(model.__name__),
        "message": {"type": "string", "description": "empty, or what was ignored"},
        "success": {"type": "boolean", "const": True},
    }
    return {"title": f"{model.__name__}Answer", "type": "object", "properties": properties, "required": [*properties]}


def _log_components(times: Times) -> dict[str, Schema]:
    """Return what a log consists of, from the declaration of the event."""
    log = {**_properties(LogEvent, times), "created_at": _CREATED_AT[times]}
    detail = {name: schema for name, schema in _properties(RequestDetail, times).items() if name in DETAIL_AT_THE_TOP}
    return {
        "Log": _open_object(AnsweredLog, log, {"redacted": _REDACTED}),
        "DetailedLog": _open_object(
            DetailedLog,
            {**log, **{name: schema for name, schema in detail.items() if name not in DETAIL_BODIES}},
            {**{name: detail[name] for name in DETAIL_BODIES}, "redacted": _REDACTED},
        ),
        "Price": _open_object(Price, _properties(Price, times)),
        "Usage": _open_object(Usage, _properties(Usage, times)),
        "RequestDetail": _open_object(
            RequestDetail,
            {name: one for name, one in _properties(RequestDetail, times).items() if name not in DETAIL_BODIES},
            {name: one for name, one in _properties(RequestDetail, times).items() if name in DETAIL_BODIES},
        ),
    }


def _open_object(model: Model, always: Mapping[str, Schema], sometimes: Mapping[str, Schema] | None = None) -> Schema:
    """Return an object that may have further fields: those that the event carried."""
    return {
        "title": _OF_A_LOG.get(model, model.__name__),
        "description": model.__doc__,
        "type": "object",
        "properties": {**always, **(sometimes or {})},
        "required": list(always),
        "additionalProperties": True,
    }


def _properties(struct: type[Struct], times: Times) -> dict[str, Schema]:
    return {field.name: _property(field.type, times) for field in structs.fields(struct)}


def _property(declared: Any, times: Times) -> Schema:
    kind = inspect.type_info(declared)
    kinds = list(kind.types) if isinstance(kind, inspect.UnionType) else [kind]
    names = {type(each) for each in kinds}
    if {inspect.IntType, inspect.StrType} <= names:
        return _TIME[times]
    for each in kinds:
        if isinstance(each, inspect.StructType):
            return reference(each.cls.__name__)
    return next(schema for kind, schema in _BY_KIND.items() if kind in names)


def _with_formats(schema: Any) -> Any:
    """Return a schema whose numbers say how large they may be: generators take 32 bits otherwise."""
    if isinstance(schema, list):
        return [_with_formats(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _with_formats(value) for name, value in schema.items()}
    kind = schema.get("type")
    return {**found, "format": _FORMATS[kind]} if isinstance(kind, str) and kind in _FORMATS else found
