r"""How a secret is written: where it may stand, and what decides that it is one. Pure.

The patterns are for RE2, which needs linear time for any text, and for text without escapes (`without_escapes`), where
`\x00`, `\x01` and `\x02` are what is left of an escape. What is unbounded in a pattern never holds the beginning of the
same pattern, so that no part of a text is read again and again.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import re2  # type: ignore[import-untyped]

from indexer.redaction.unescaped import FILLERS

Place = tuple[int, int]  # the first byte, and the one behind the last


class Shape(NamedTuple):
    """One way in which a secret is written."""

    mark: str  # RE2 for the event as it came: every event with such a secret matches it
    pattern: str  # RE2 for the text without escapes; two groups: a name, perhaps empty, and what may hold secrets
    secrets: Callable[[bytes, bytes], Iterable[Place]]  # both groups in, the places of secrets in the second one out


SHORTEST_CUT = 16  # characters; less before `...` is an example, more may be a secret that was cut off

CHARACTER = r"[A-Za-z0-9_\x01-]"  # of a key
VALUE = r"(?:[A-Za-z0-9._~+/%\x01-]|\x00+[\x01/+])+(?:[\x00\x01]*=)*"  # of a header or a field
QUOTE = r"[\x00\x01]*[\"']"
EQUALS = r"[\x00\x01]*="
BLANK = r"[\x00\x01\s]+"
_GAP = r"[\x00\x01\s\"'`]*"
# Between a name and its value: `: `, `=`, `":["`, `', b'`, `","value":"`; in headers, in JSON, in code.
IS = rf"(?:{_GAP}[:=]=?>?{_GAP}\[?{_GAP}|{QUOTE}\s*,\s*(?:{QUOTE}value{QUOTE}\s*:\s*)?b?{QUOTE})"
# The same in marks, where escapes have their backslashes.
MARK_IS = r"[\s\\\"'`nrtu027]*(?:[:=,]|u003[aAdD])"
MARK_BLANK = r"[\s\\nrtu0]+"

_OPTIONS = re2.Options()
_OPTIONS.encoding = re2.Options.Encoding.LATIN1  # any bytes: `[^...]` must not stop at half a character


def compiled(pattern: str) -> Any:
    """Return a pattern for bytes."""
    return re2.compile(pattern.encode(), _OPTIONS)


def plain(value: bytes) -> bytes:
    """Return a value without the fillers of escapes."""
    return value.translate(None, FILLERS)


def whole(is_secret: Callable[[bytes], bool]) -> Callable[[bytes, bytes], list[Place]]:
    """Return the function that finds the whole value, without the punctuation behind it, if it is a secret."""

    def secrets(_name: bytes, value: bytes) -> list[Place]:
        rest = value.rstrip(b".,:" + FILLERS)
        is_shortened = value.startswith(b"...", len(rest)) and len(rest) < SHORTEST_CUT
        return [(0, len(rest))] if is_secret(plain(rest)) and not is_shortened else []

    return secrets


def named(is_secret: Callable[[str, bytes], bool]) -> Callable[[bytes, bytes], list[Place]]:
    """Return the same, where the name decides too; it gets the name in lower case."""

    def secrets(name: bytes, value: bytes) -> list[Place]:
        lower = plain(name).decode("latin-1").lower()
        return whole(lambda written: is_secret(lower, written))(name, value)

    return secrets
