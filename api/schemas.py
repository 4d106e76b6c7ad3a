"""What an answer looks like, as JSON Schema, read off its example. Pure."""

from typing import Any

from mappings.event import LogEvent

Schema = dict[str, Any]

FAILURE: Schema = {
    "type": "object",
    "required": ["message", "success"],
    "properties": {"message": {"type": "string"}, "success": {"const": False}},
    "additionalProperties": False,
}
_LOG = frozenset(LogEvent.__struct_fields__)
_TYPES = {bool: "boolean", int: "number", float: "number", str: "string"}


def envelope_schema(example: Any) -> Schema:
    """Return the schema of an answer that succeeded: every key of the envelope and of its data is always there."""
    schema = schema_of(example)
    schema["required"] = list(example)
    schema["properties"]["success"] = {"const": True}
    if isinstance(example["data"], dict):
        schema["properties"]["data"]["required"] = list(example["data"])
    return schema


def schema_of(example: Any) -> Schema:
    """Return a schema that the example fits, and whatever has further keys. A null says nothing of the type."""
    if isinstance(example, dict):
        properties = {name: schema_of(value) for name, value in example.items()}
        return {"type": "object", "properties": properties, **_always(example)}
    if isinstance(example, list):
        return {"type": "array", "items": schema_of(example[0])} if example else {"type": "array"}
    return {} if example is None else {"type": _TYPES[type(example)]}


def _always(example: dict[str, Any]) -> Schema:
    """Return what a log always has: every documented field."""
    return {"required": sorted(_LOG)} if example.keys() >= _LOG else {}
