"""Values of foreign records as the types of our event; None for what is missing or is not of the type. Pure.

Access logs write numbers as strings, and "-" for nothing.
"""

import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mappings.instant import parse_rfc3339

MAX_CONTENT = 1024  # characters of `content`, which is a short text; a whole answer is a body
SUCCESS = 200
FAILURE = 500  # the code of a call that failed, where its source gives no status
_INT64 = 2**63
_MISSING = ("", "-")
_FIRST_ERROR = 400


def at(entry: Any, *path: str) -> Any:
    """Return the value below these keys; None where one of them is missing."""
    for key in path:
        if not isinstance(entry, Mapping):
            return None
        entry = entry.get(key)
    return entry


def first(*values: Any) -> Any:
    """Return the first value that is not missing."""
    return next((value for value in values if value is not None and value not in _MISSING), None)


def text(value: Any) -> str | None:
    """Return a string, also of a number or a boolean."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) and value not in _MISSING else None


def number(value: Any) -> float | None:
    """Return a finite number, also of one that is written as a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def integral(value: Any) -> int | None:
    """Return a whole number of 64 bits, also of `"200"` and `200.0`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -_INT64 <= value < _INT64 else None
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
        return integral(int(value))
    found = number(value)
    return int(found) if found is not None and found.is_integer() and abs(found) < 2**53 else None


def milliseconds(value: Any) -> int | None:
    """Return a number of milliseconds, rounded; a fraction is of a float clock."""
    found = number(value)
    return round(found) if found is not None and abs(found) < 2**53 else None


def seconds(value: Any) -> int | None:
    """Return milliseconds of a number of seconds."""
    found = number(value)
    return None if found is None else milliseconds(found * 1000)


def moment(value: Any) -> int | None:
    """Return epoch milliseconds of an RFC 3339 time."""
    try:
        return parse_rfc3339(value) if isinstance(value, str) else None
    except ValueError:
        return None


def later(start_ms: int | None, duration_ms: int | None) -> int | None:
    """Return the end of a call; its start where the duration is missing."""
    return None if start_ms is None else start_ms + (duration_ms or 0)


def total_of(given: int | None, sent: int | None, received: int | None) -> int | None:
    """Return all tokens of a call: what the source gives, or the sum where it gives what was sent."""
    return given if given is not None or sent is None else sent + (received or 0)


def path_of(value: Any) -> str | None:
    """Return the path of a URL or request line without its query, which may hold a key."""
    found = text(value)
    if found is None:
        return None
    try:
        return urlsplit(found).path or None
    except ValueError:
        return found.partition("?")[0]


def body(value: Any) -> str | None:
    """Return a body as text: a string as it is, anything else as JSON."""
    if value is None or value in ("", {}, []):
        return None
    return value if isinstance(value, str) else as_json(value).decode()


def short(value: Any) -> str | None:
    """Return the beginning of a text, of an object its JSON."""
    found = body(value)
    return found[:MAX_CONTENT] if found else None


def envoy_failure(entry: Mapping[str, Any], *names: str) -> str:
    """Return what Envoy says about a failed request, in these fields of its access log."""
    return " ".join(filter(None, (text(entry.get(name)) for name in names)))


def is_error(code: int | None) -> bool:
    """Tell whether a status is one of a failed call."""
    return code is not None and code >= _FIRST_ERROR


def from_json(value: Any) -> Any:
    """Return what JSON in a string says; the value itself where it is no JSON."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (ValueError, RecursionError):
        return value


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return metadata: what is missing is left out."""
    found = {name: text(value) for name, value in values.items()}
    return {name: value for name, value in found.items() if value is not None}


def present(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event without its empty fields, at the root and in its objects."""
    found: dict[str, Any] = {}
    for name, value in event.items():
        kept = present(value) if isinstance(value, Mapping) else value
        if kept is not None and kept not in ("", {}):
            found[name] = kept
    return found


def as_json(value: Any) -> bytes:
    """Return JSON, half surrogate pairs as escapes."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()
