"""Why Elasticsearch refused a document, in our words. Pure.

Its own text quotes the document: a value, a name that a producer made up, up to 500 characters around a syntax error.
So its text is recognised by how it begins, and only names of declared fields are taken from it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mappings.index import BODY

REFUSAL = "Elasticsearch refused the document: "
UNKNOWN_REFUSAL = "its content is not accepted"

# `[1:58] failed to parse: [1:78] ` says where, before what is wrong.
_PLACE = r"(?:\[-?\d+:-?\d+\] )?"
_WHERE = re.compile(rf"{_PLACE}(?:failed to parse: )?{_PLACE}")
_FIELD = re.compile(
    r"(?:failed to parse field|object mapping for|Cannot parse field|Document contains at least one immense term in"
    r" field=)\s*[\[\"]([\w.]+)[\]\"]"
)
# How the text begins → what it says. From what a real Elasticsearch answered (tests/indexer/dead_letters).
_BEGINNINGS: Mapping[str, str] = {
    "Duplicate field ": "a name occurs twice in one object",
    "field name cannot ": "a field name is empty, blank or only dots",
    "Field name cannot ": "a field name is empty, blank or only dots",
    "field name starts or ends ": "a field name is empty, blank or only dots",
    "Document nesting depth ": "it is nested too deeply",
    "The depth of the field ": "it is nested too deeply",
    "Number value length ": "a number has too many digits",
    "Name length ": "a field name is too long",
    "Property name length ": "a field name is too long",
    "String value length ": "a text is too long",
    "String length ": "a text is too long",
    "Limit of total nested documents": "it has too many nested objects",
    "Request contains an operation of size ": "it is too large",
    "rejected execution of ": "it is too large",
    "Malformed content, ": "it is not an object",
    "Unrecognized token ": "its JSON cannot be read",
    "Unrecognized character escape ": "its JSON cannot be read",
    "Unexpected ": "its JSON cannot be read",
    "Illegal ": "its JSON cannot be read",
    "Invalid UTF-": "its text is not UTF-8",
    "Invalid surrogate ": "its text is not UTF-8",
    "Incomplete surrogate ": "its text is not UTF-8",
    "Keys in [flattened] fields ": "a key has a character that it may not have",
    "Flattened field ": "a key with its value is too long",
    "The provided [flattened] field ": "it is nested too deeply",
}
WORDS = frozenset({UNKNOWN_REFUSAL, *_BEGINNINGS.values()})


def refusal(reason: str, cause: str = "") -> str:
    """Return the reason of a dead letter for an error of Elasticsearch: its `reason`, and that of its `caused_by`."""
    return REFUSAL + _words(reason, cause)


def _words(reason: str, cause: str) -> str:
    rest, deeper = (text[_end(_WHERE, text) :] for text in (reason, cause))
    match = _FIELD.match(rest)
    if not match:
        return _known(rest) or _known(deeper) or UNKNOWN_REFUSAL
    if match[1] not in FIELD_TYPES:
        return UNKNOWN_REFUSAL
    wrong = _known(deeper) or ("its value is too long" if "immense" in match[0] else _not_of_type(match[1]))
    return f"the field {match[1]}: {wrong}"


def _end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _known(text: str) -> str:
    return next((words for beginning, words in _BEGINNINGS.items() if text.startswith(beginning)), "")


def _not_of_type(field: str) -> str:
    return f"the value cannot be stored as {FIELD_TYPES[field]}"


def _types(properties: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, field in properties.items():
        yield f"{path}{name}", field.get("type", "object")
        yield from _types(field.get("properties", {}), f"{path}{name}.")


FIELD_TYPES: Mapping[str, str] = dict(_types(BODY["mappings"]["properties"]))
