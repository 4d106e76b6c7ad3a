"""Text that JSON may hold and UTF-8 may not. Pure."""

import re

_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
_REPLACEMENT = b"\\ufffd"  # as long as what it replaces


def check_text(value: bytes) -> None:
    """Raise UnicodeDecodeError where it is not UTF-8: msgspec does not check what it skips, and Elasticsearch does."""
    if not value.isascii():
        value.decode()


def with_whole_characters(value: bytes) -> bytes:
    """Return a JSON text with U+FFFD for half a surrogate pair: legal JSON, but not a character in UTF-8."""
    repaired = bytearray(value)
    for match in _SURROGATE.finditer(value):
        if match[1]:
            repaired[match.start() : match.end()] = _REPLACEMENT
    return bytes(repaired)
