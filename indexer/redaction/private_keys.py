"""The lines of a private key in PEM, between `-----BEGIN` and `-----END`, or up to where a text was cut off. Pure."""

import re

from indexer.redaction.secret_shapes import BLANK, Place, Shape

LONG_LINE = 40  # characters; PEM has 64, or the whole key in one line
LAST_LINE = 16  # characters of a shorter last line; less is a word, unless it ends in `=`
_LINE = re.compile(rb"(?:[A-Za-z0-9+/=\x01]|\x00+[/+=\x01])+")
# The first line, and the lines of an encrypted key that say how.
_BEGIN = rf"BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:{BLANK}[A-Z][A-Za-z-]+: [^\n\x00\"]+)*"
_LINES = r"(?:[A-Za-z0-9+/=\s\x01]|\x00+[\n/+=\x01])*"


def _whole(_name: bytes, text: bytes) -> list[Place]:
    """Return the place from the first line to the last one, if these are lines of a key."""
    lines = _lines(text)
    return [(lines[0][0], lines[-1][1])] if lines and _length(lines[0]) >= LONG_LINE else []


def _cut_off(_name: bytes, text: bytes) -> list[Place]:
    """Return the same where the end is missing: other text may follow."""
    lines = _lines(text)
    last = next((number for number, line in enumerate(lines) if _length(line) < LONG_LINE), len(lines))
    if not last:
        return []
    if last < len(lines) and not _is_padded(text, lines[last - 1]) and _may_be_last(text, lines[last]):
        last += 1
    return [(lines[0][0], lines[last - 1][1])]


def _lines(text: bytes) -> list[Place]:
    return [match.span() for match in _LINE.finditer(text)]


def _may_be_last(text: bytes, line: Place) -> bool:
    return _length(line) >= LAST_LINE or _is_padded(text, line)


def _is_padded(text: bytes, line: Place) -> bool:
    return text[line[1] - 1 : line[1]] == b"="


def _length(line: Place) -> int:
    return line[1] - line[0]


PRIVATE_KEYS = (
    Shape("PRIVATE KEY", f"{_BEGIN}()({_LINES})-----END", _whole),
    Shape("PRIVATE KEY", f"{_BEGIN}()({_LINES})", _cut_off),
)
