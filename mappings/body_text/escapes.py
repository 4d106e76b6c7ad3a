"""The escapes of one JSON string."""

import json
import re

import msgspec

_decode = msgspec.json.Decoder(str).decode
_encode = msgspec.json.encode
_WHOLE = re.compile(r"[^\\]*+(?:\\(?:u[0-9a-fA-F]{4}|[^u])[^\\]*+)*+", re.DOTALL)
_CUT = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?")
# What JSON has escaped has no other escapes than these, and those by hand `\\'`. It may be cut at the end.
_ESCAPED = re.compile(r"[^\\]*+(?:\\(?:[\"'\\/bfnrt]|u[0-9a-fA-F]{4})[^\\]*+)*+(?:\\u?[0-9a-fA-F]{0,3})?")
_ESCAPE = re.compile(r"((?:\\u[0-9a-fA-F]{4})+)|\\(.)", re.DOTALL)
_CHARACTERS = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": " "}
# A match begins only at the start of a run of backslashes: tried at each of 100,000, it would take half a minute.
_CODES = re.compile(r"(?<!\\)(?:\\+u[0-9a-fA-F]{4})+")


def unescaped(inside: str) -> str:
    """Return the text of a JSON string, given what is written between its quotes.

    An escape that is cut at the end is left out, and half a surrogate pair becomes U+FFFD. What JSON cannot read stays
    as it is: a path of Windows that nobody escaped.
    """
    if "\\" not in inside:
        return inside
    try:
        text = _decode(f'"{inside}"')
    except ValueError:
        text = _loosely(inside)
    return text.replace("\b", " ").replace("\f", " ") if "\b" in text or "\f" in text else text


def may_be_escaped(line: str) -> bool:
    """Tell whether JSON may have written this: every backslash begins an escape of its."""
    return _ESCAPED.fullmatch(line) is not None


def unescaped_line(line: str) -> str:
    """Return a text with its escapes decoded; unlike a JSON string it may have quotes."""
    return _ESCAPE.sub(lambda match: _characters(match[1]) if match[1] else _character(match[2]), line)


def escaped(text: str) -> str:
    """Return what a JSON string with this text has between its quotes."""
    try:
        return _encode(text)[1:-1].decode()
    except UnicodeEncodeError:  # half a surrogate pair
        return json.dumps(text)[1:-1]


def without_codes(text: str) -> str:
    r"""Decode every `\u4f59` that is left, behind any number of backslashes: no other text looks like it."""
    return _CODES.sub(lambda match: _characters(match[0]), text) if "\\" in text and "\\u" in text else text


def with_whole_pairs(text: str) -> str:
    """Return a text that can be encoded: half a surrogate pair becomes U+FFFD. Any other is the same object."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _whole_pairs(text)
    return text


def _loosely(inside: str) -> str:
    end = _end(inside)
    if _CUT.fullmatch(inside, end):
        inside = inside[:end]
    try:
        return _whole_pairs(json.loads(f'"{inside}"', strict=False))
    except ValueError:
        return unescaped_line(inside) if may_be_escaped(inside) else inside


def _end(inside: str) -> int:
    match = _WHOLE.match(inside)
    return match.end() if match else 0


def _whole_pairs(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _character(escape: str) -> str:
    return _CHARACTERS.get(escape, escape)


def _characters(codes: str) -> str:
    # A whole run at once: UTF-16 joins the halves of a surrogate pair, and replaces a lone half.
    digits = codes.replace("\\", "").replace("u", "")
    return bytes.fromhex(digits).decode("utf-16-be", "replace")
