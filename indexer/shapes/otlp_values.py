"""Attributes of OTLP in JSON as attribute_value values. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from indexer.shapes.values import at, integral

NANOSECONDS = 1_000_000  # of a millisecond
MAX_DEPTH = 50  # of a value; deeper ones are left out
_SCALARS = ("stringValue", "doubleValue", "boolValue")
_MESSAGE = re.compile(r"[a-z_.]+\.(\d{1,4})\.(?:message\.)?(role|content)")


def attributes(found: Any) -> dict[str, Any]:
    """Return a list of attributes as a mapping; a name that occurs twice has its last value."""
    entries = found if isinstance(found, list) else []
    return {
        str(at(entry, "key")): attribute_value(at(entry, "value")) for entry in entries if isinstance(entry, Mapping)
    }


def attribute_value(value: Any, depth: int = 0) -> Any:
    """Return one value, of any kind that OTLP knows."""
    if not isinstance(value, Mapping) or depth > MAX_DEPTH:
        return None
    if "intValue" in value:
        return integral(value["intValue"])  # a string in JSON
    if "arrayValue" in value:
        return [attribute_value(one, depth + 1) for one in at(value, "arrayValue", "values") or ()]
    if "kvlistValue" in value:
        pairs = at(value, "kvlistValue", "values") or ()
        return {str(at(pair, "key")): attribute_value(at(pair, "value"), depth + 1) for pair in pairs}
    return next((value[name] for name in _SCALARS if name in value), None)


def of_nanoseconds(nanoseconds: Any) -> int | None:
    """Return epoch milliseconds of a number of nanoseconds, which is a string in JSON; 0 means none."""
    found = integral(nanoseconds)
    return found // NANOSECONDS if found else None


def chat_messages(given: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Return messages that are flattened into attributes, as `gen_ai.prompt.0.content`."""
    return [found for _, found in sorted(_messages(given, prefix))]


def _messages(given: Mapping[str, Any], prefix: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found: dict[int, dict[str, Any]] = {}
    for name, value in given.items():
        if name.startswith(prefix) and (match := _MESSAGE.fullmatch(name)):
            found.setdefault(int(match[1]), {})[match[2]] = value
    yield from found.items()
