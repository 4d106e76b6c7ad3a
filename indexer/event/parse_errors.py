"""Why a value cannot be decoded, in words that hold no text of it. Pure.

The decoder names types, positions and fields. Only what is known here is passed on: a name that is not declared comes
from the event, and so might any text that another release of the decoder adds.
"""

import re

import msgspec

from mappings.event import LogEvent, Price, RequestDetail, Usage

_NESTED = {"price": Price, "usage": Usage, "request_detail": RequestDetail}
_FIELDS = frozenset(LogEvent.__struct_fields__) | {
    f"{name}.{field}" for name, struct in _NESTED.items() for field in struct.__struct_fields__
}
_AT = " - at `$."
_TYPES = re.compile(
    r"(?:Expected `[a-z |]+`(?:, got `[a-z]+`)?|Expected `int` [<>]= -?\d+|Integer value out of range"
    r"|Number out of range|Invalid UTF-8 encoded string)"
)
_SYNTAX = re.compile(r"(?:JSON is malformed: )?([^()]+?)( \(byte \d+\))?")
_SYNTAX_ERRORS = frozenset(
    {
        "Input data was truncated",
        "invalid character",
        "invalid character in unicode escape",
        "invalid escape character in string",
        "invalid escaped character",
        "invalid number",
        "invalid utf-16 surrogate pair",
        "object keys must be strings",
        "trailing characters",
        "trailing comma in array",
        "trailing comma in object",
        "unexpected end of escaped utf-16 surrogate pair",
        "unexpected end of hex escape",
    }
)


def wrong_type(error: msgspec.ValidationError) -> str:
    """Return which declared field has the wrong type, and which types are expected and given."""
    text = str(error)
    types = text.partition(_AT)[0]
    if not _TYPES.fullmatch(types):
        types = "a value has the wrong type or is out of range"
    field = declared_field(text)
    return f"{types}{_AT}{field}`" if field else types


def declared_field(text: str) -> str:
    """Return the declared field that such a text names, or ""."""
    field = text.partition(_AT)[2].partition("[")[0].rstrip("`")
    return field if field in _FIELDS else ""


def wrong_syntax(error: msgspec.DecodeError) -> str:
    """Return what is wrong with the JSON, and at which byte."""
    match = _SYNTAX.fullmatch(str(error))
    return f"{match[1]}{match[2] or ''}" if match and match[1] in _SYNTAX_ERRORS else "malformed"
