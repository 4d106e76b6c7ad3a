"""What is no text: images, audio and vectors, written as thousands of characters without a word.

A run of base64 of 1,000 characters or more is left out, of 64 or more in a `data:` URL, and so is a JSON array of
numbers that is as long. No word has 1,000 characters.
"""

import re

_STEP = 500  # every longer run covers one of these places and this many characters behind it
_INSIDE = re.compile(r"[A-Za-z0-9+/=_-]{500}|[-+0-9.eE,\s]{500}")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/=_-]{1000,}+")
_NUMBERS = re.compile(r"(?<=\[)[-+0-9.eE,\s]{1000,}+")
_DATA_URL = re.compile(r";base64,[A-Za-z0-9+/=_-]{64,}+")
_LEFT_OUT = "..."


def without_long_runs(text: str) -> str:
    """Return the text without base64 and arrays of numbers; the same object where it has none."""
    if ";base64," in text:
        text = _DATA_URL.sub(";base64," + _LEFT_OUT, text)
    if any(_INSIDE.match(text, at) for at in range(0, len(text) - _STEP, _STEP)):
        text = _NUMBERS.sub(_LEFT_OUT, _BASE64.sub(_LEFT_OUT, text))
    return text
