"""Text that JSON may hold and UTF-8 may not. Pure."""

import re
from collections.abc import Iterator

PART = 262_144  # bytes

_HEX = rb"[0-9a-fA-F]{2}"
_HIGH, _LOW = rb"\\u[dD][89abAB]" + _HEX, rb"\\u[dD][c-fC-F]" + _HEX
_HALF = re.compile(rb"%b(?!%b)|(?<!%b)%b" % (_HIGH, _LOW, _HIGH, _LOW))
_LOW_HALF = re.compile(_LOW)
_BACKSLASH, _NO_JSON = rb"\\", b"\0\0"  # a backslash as JSON writes it, and what no JSON text can hold


def check_text(value: bytes) -> None:
    """Raise UnicodeDecodeError where it is not UTF-8: msgspec does not check what it skips, and Elasticsearch does."""
    if not value.isascii():
        value.decode()


def with_whole_characters(value: bytes) -> bytes:
    """Return a JSON text with U+FFFD for half a surrogate pair: legal JSON, but not a character in UTF-8."""
    if b"\0" in value:
        return value
    # Without escaped backslashes, every backslash begins an escape.
    plain = value.replace(_BACKSLASH, _NO_JSON)
    return b"".join(_HALF.sub(rb"\\ufffd", part) for part in _parts(plain)).replace(_NO_JSON, _BACKSLASH)


def _parts(plain: bytes) -> Iterator[bytes]:
    """Yield the text in parts that divide no pair: replacing takes forty times the memory of its text for a while."""
    place = 0
    while place < len(plain):
        end = plain.find(b"\\", place + PART)
        end = end if end >= 0 else len(plain)
        if half := _LOW_HALF.match(plain, end):
            end = half.end()
        yield plain[place:end]
        place = end
