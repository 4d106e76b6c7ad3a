"""The JSON of one chunk, which may be cut at its end."""

import json
import re
from typing import Any

import msgspec

Payload = dict[str, Any] | list[Any]


class Number(str):
    """A number with a fraction or an exponent, as it was written."""

    __slots__ = ()


_decode = msgspec.json.Decoder(float_hook=Number).decode
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BRACKET = re.compile(r"[{}\[\]]")
_CLOSERS = {"{": "}", "[": "]"}
_HALF_AN_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*+(\\(?:u[0-9a-fA-F]{0,3})?)$")
_HALF_A_VALUE = re.compile(r'[^\s{}\[\],:"]*\s*,?\s*$')
_ENDINGS = ("", ":null", "null")
_LONGEST_END = 200  # characters in which a number, a name such as `false` or an escape may be cut
_DEEPEST = 500  # levels of a chunk that is cut


def parsed(text: str) -> Payload | None:
    """Return the object or array that a text holds, as far as it goes; None if it holds neither."""
    found = _parsed(text)
    if found is None and text[:1] in ("{", "["):
        found = _parsed_cut(text)
    return found if isinstance(found, (dict, list)) else None


def _parsed(text: str) -> Any:
    try:
        return _decode(text)
    except RecursionError:
        return None
    except ValueError:
        return _parsed_loosely(text)


def _parsed_loosely(text: str) -> Any:
    # Half a surrogate pair, a line end within a string, a number of a thousand digits.
    try:
        return json.loads(text, strict=False, parse_float=Number, parse_int=Number)
    except (ValueError, RecursionError):
        return None


def _parsed_cut(text: str) -> Any:
    structure, is_in_string = _structure(text)
    open_brackets: list[str] = []
    for bracket in _BRACKET.findall(structure):
        if bracket in _CLOSERS:
            open_brackets.append(_CLOSERS[bracket])
        elif open_brackets:
            open_brackets.pop()
    if len(open_brackets) > _DEEPEST:
        return None
    closers = "".join(reversed(open_brackets))
    candidates = (begun + ending + closers for begun in _beginnings(text, is_in_string) for ending in _ENDINGS)
    return next((found for found in map(_parsed, candidates) if found is not None), None)


def _structure(text: str) -> tuple[str, bool]:
    """Return the text without its strings, and whether it ends within one."""
    outside = _STRING.sub("", text)
    structure, quote, _ = outside.partition('"')
    return structure, bool(quote)


def _beginnings(text: str, is_in_string: bool) -> tuple[str, ...]:
    last = max(len(text) - _LONGEST_END, 0)
    if is_in_string:
        half = _HALF_AN_ESCAPE.search(text, last)
        return (f'{text[: half.start(1)] if half else text}"',)
    half = _HALF_A_VALUE.search(text, last)
    return (text, text[: half.start()] if half else text)
