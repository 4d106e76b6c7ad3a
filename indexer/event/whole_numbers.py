"""Whole numbers that are written with a point or an exponent, as Lua and some encoders of floats write them. Pure.

In JSON `200`, `200.0` and `2e2` are one number. A field that is an integer is stored without point and exponent.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

import msgspec
from msgspec import inspect

from mappings.event import LogEvent, Price, RequestDetail, Usage

LONGEST = 40  # characters of such a number
_FLOAT = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _integers(struct: type[msgspec.Struct]) -> frozenset[str]:
    """Return the names of the fields that take an integer."""
    fields = getattr(inspect.type_info(struct), "fields", ())
    kinds = {field.name: getattr(field.type, "types", ()) for field in fields}
    return frozenset(name for name, types in kinds.items() if any(isinstance(one, inspect.IntType) for one in types))


_ROOT = _integers(LogEvent)
_NESTED = {"price": _integers(Price), "usage": _integers(Usage), "request_detail": _integers(RequestDetail)}


def with_whole_numbers(value: bytes) -> bytes:
    """Return the event with such numbers as integers; the same object where it has none."""
    try:
        fields = _fields.decode(value)
        changed = _changed(fields, _ROOT)
        changed |= {name: _object(fields[name], _NESTED[name]) for name in _NESTED.keys() & fields.keys()}
    except (ValueError, RecursionError):
        return value  # no object, or not JSON
    is_changed = any(changed[name] is not fields[name] for name in changed)
    return msgspec.json.encode({**fields, **changed}) if is_changed else value


def _object(written: msgspec.Raw, integers: frozenset[str]) -> msgspec.Raw:
    """Return an object with such numbers as integers; the same one where it has none or is no object."""
    if bytes(written).lstrip()[:1] != b"{":
        return written
    fields = _fields.decode(written)
    changed = _changed(fields, integers)
    return msgspec.Raw(msgspec.json.encode({**fields, **changed})) if changed else written


def _changed(fields: Mapping[str, msgspec.Raw], integers: frozenset[str]) -> dict[str, msgspec.Raw]:
    found = {name: _whole(bytes(fields[name])) for name in integers & fields.keys()}
    return {name: msgspec.Raw(number) for name, number in found.items() if number}


def _whole(written: bytes) -> bytes:
    """Return the number as an integer; b"" where it is one already, or is no whole number of 64 bits."""
    written = written.strip()
    if len(written) > LONGEST or written.lstrip(b"-").isdigit() or not _FLOAT.fullmatch(written):
        return b""
    number = Decimal(written.decode())
    if number.adjusted() > len(str(2**63)) or number != number.to_integral_value():
        return b""
    return b"%d" % int(number)
