"""JSON as text: its strings decoded where they stand, the rest as it is written.

Nothing is parsed as a whole: outside of strings JSON has no backslashes, so the string around a backslash begins at the
last quote before it. That also holds for JSON that is cut, at either end.
"""

import re
from collections.abc import Callable

import msgspec

from mappings.body_text.escapes import unescaped

ReadValue = Callable[[str], str]  # the value of a string → its text; the value may be JSON again

_TO_THE_QUOTE = re.compile(r'[^"\\]*+(?:\\.?[^"\\]*+)*+', re.DOTALL)
_check = msgspec.json.Decoder(msgspec.Raw).decode


def decoded(text: str, read: ReadValue) -> str:
    """Return JSON with its strings decoded, each read by `read`."""
    parts: list[str] = []
    done = 0
    while (backslash := text.find("\\", done)) >= 0:
        start = max(text.rfind('"', done, backslash) + 1, done)
        end = _end(text, backslash)
        parts += (text[done:start], read(unescaped(text[start:end])))
        done = end
    return "".join([*parts, text[done:]]) if parts else text


def is_json(text: str) -> bool:
    """Tell whether the whole text is JSON."""
    try:
        _check(text)
    except (ValueError, RecursionError):
        return False
    return True


def _end(text: str, backslash: int) -> int:
    """Return where the string ends that holds this backslash."""
    quote = text.find('"', backslash)
    if quote >= 0 and text[quote - 1] != "\\":
        return quote
    match = _TO_THE_QUOTE.match(text, backslash)
    return match.end() if match else len(text)
