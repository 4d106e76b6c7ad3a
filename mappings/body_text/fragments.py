r"""JSON within other text: an error message that quotes it, an answer with code, a body that lost its beginning.

JSON is found by parsing from where it may begin. What lies between is left as it is, or read by the caller.
"""

import json
import re
from collections.abc import Iterator

from mappings.body_text.escapes import may_be_escaped, unescaped_line
from mappings.body_text.json_text import ReadValue, decoded

_MAX_FAILURES = 64  # places in one text that look like the beginning of JSON and are none
_BEGINNING = re.compile(r'[\[{]\s*+["\[{]|"\s*+[\[{]\s*+\\')
# Paths of Windows, and commands and groups of LaTeX, may have such escapes only.
_NOT_ESCAPED = re.compile(r"\b[A-Za-z]:\\(?!\\)|(?<!\\)\\[a-zA-Z]+[{_^]|\{\\[a-zA-Z]")
_scan = json.JSONDecoder(strict=False).raw_decode


def with_fragments_decoded(text: str, read: ReadValue, between: ReadValue = str) -> str:
    """Return a text with the JSON in it decoded; `between` reads the rest."""
    return "".join(_parts(text, read, between)) if "\\" in text else text


def lines_decoded(text: str, read: ReadValue) -> str:
    """Return a text that is no JSON, with those of its lines decoded that look as if JSON had escaped them."""
    if "\\" not in text:
        return text
    return "\n".join([_line(line, read) if "\\" in line else line for line in text.split("\n")])


def _line(line: str, read: ReadValue) -> str:
    if not may_be_escaped(line) or _NOT_ESCAPED.search(line):
        return line
    return with_fragments_decoded(unescaped_line(line), read)


def _parts(text: str, read: ReadValue, between: ReadValue) -> Iterator[str]:
    done = 0
    for start, end in _fragments(text):
        yield between(text[done:start])
        yield decoded(text[start:end], read)
        done = end
    yield between(text[done:])


def _fragments(text: str) -> Iterator[tuple[int, int]]:
    at, failures = 0, 0
    while failures < _MAX_FAILURES and (match := _BEGINNING.search(text, at)):
        end = _end(text, match.start())
        if end:
            yield match.start(), end
        failures += not end
        at = end or match.start() + 1


def _end(text: str, start: int) -> int:
    """Return where the JSON ends that begins here, which may be cut; 0 if none begins."""
    try:
        return _scan(text, start)[1]
    except json.JSONDecodeError as error:
        return len(text) if _is_cut(error, text) else 0
    except (ValueError, RecursionError):
        return 0


def _is_cut(error: json.JSONDecodeError, text: str) -> bool:
    if error.msg.startswith(("Unterminated string", "Invalid \\uXXXX escape")):
        return error.msg.startswith("U") or len(text) - error.pos < len("uXXXX")
    return not text[error.pos :].strip()
