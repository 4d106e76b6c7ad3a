"""Text that JSON may hold and UTF-8 may not. Pure."""

import re

_HEX = rb"[0-9a-fA-F]{2}"
_HIGH, _LOW = rb"\\u[dD][89abAB]" + _HEX, rb"\\u[dD][c-fC-F]" + _HEX
_HALF = re.compile(rb"%b(?!%b)|(?<!%b)%b" % (_HIGH, _LOW, _HIGH, _LOW))
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
    return _HALF.sub(rb"\\ufffd", plain).replace(_NO_JSON, _BACKSLASH)
