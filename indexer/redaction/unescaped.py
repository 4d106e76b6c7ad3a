r"""Events as text without the escapes of JSON, at any depth of quoting, without moving a character. Pure.

A secret may stand behind `\n`, behind `\\\"` or behind `\u0022`, and may hold `\/` or `\u002b`. Each escape becomes as
many bytes: fillers, then its character. So a pattern is written for plain text, and a place in the text is the same
place in the event. JSON has none of the fillers, so none of them comes from an event.
"""

import re
from collections.abc import Sequence

SLASH = b"\0"  # in place of a backslash
FILLER = b"\1"  # in place of `u00..`, before an ASCII character
NOT_ASCII = b"\2"  # in place of the last backslash before `u4f59`: any other character
FILLERS = SLASH + FILLER

_BLANKS = (b"n", b"r", b"t", b"b", b"f")
# Without `<` and `>`, which programs in Go escape by the thousand, and which no secret and no name of one holds.
_ASCII = re.compile(rb"\0u00(0[9aAdD]|2[0-9a-fA-F]|3[0-9abdfABDF]|[4-7][0-9a-fA-F])")


def without_escapes(value: bytes) -> bytes:
    """Return the text of an event, of the same length."""
    if b"\\" not in value:
        return value
    text = value.replace(b"\\", SLASH)
    for letter in _BLANKS:
        text = text.replace(SLASH + letter, SLASH + b"\n")
    if b"\0u" not in text:
        return text
    return _ASCII.sub(_character, text).replace(SLASH + b"u", NOT_ASCII + b"u")


def whole_escapes(text: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the part of the text from `start` to `end` with no escape cut in two."""
    while text[start - 1] in FILLERS:
        start -= 1
    while text[end - 1] in FILLERS:
        end -= 1
    return start, end


def without_fillers(text: bytes) -> tuple[bytes, Sequence[int]]:
    """Return a shorter text, and where in `text` each of its bytes is."""
    places = [place for place, byte in enumerate(text) if byte not in FILLERS]
    return text.translate(None, FILLERS), places


def _character(match: re.Match[bytes]) -> bytes:
    return SLASH + FILLER * 4 + bytes.fromhex(match[1].decode())
