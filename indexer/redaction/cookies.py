"""The secrets in a Cookie or Set-Cookie header: what keeps a session, not the words beside it. Pure.

A header may stand in the middle of a sentence (`rejected cookie: sid=a1b2; status=401; context deadline exceeded`), so
each pair is decided by its name and its value.
"""

import re
from collections.abc import Iterator

from indexer.redaction.secret_shapes import IS, MARK_IS, QUOTE, Place, Shape, compiled, plain
from indexer.redaction.secret_values import is_uuid, randomness

SHORTEST_RANDOM = 12  # characters of a value whose name says nothing
_SESSION = re.compile(rb"(?i)sess|sid$")
_LOGIN = re.compile(rb"(?i)auth|token|jwt|csrf|xsrf|secret|ticket|credential|remember|passw|key$")
_FLAG = re.compile(rb"(?i)\d|true|false|yes|no|on|off|null|none|deleted")
_PAIRS = compiled(r"([^\s=;,\"'\x00\x02]+)[\x00\x01]*=((?:[^\s;,\"'\x00\x02\[\](){}]|\x00+[\x01/+=])*)")
_LINE = r"[^\"'\n]*"


def _cookies(_name: bytes, header: bytes) -> Iterator[Place]:
    """Yield the places of the values that are secrets."""
    for pair in _PAIRS.finditer(header):
        if _is_secret(plain(pair[1]), plain(pair[2])):
            yield pair.span(2)


def _is_secret(name: bytes, value: bytes) -> bool:
    if _SESSION.search(name):
        return bool(value)
    if _LOGIN.search(name):
        return bool(value) and not _FLAG.fullmatch(value)
    return randomness(value) >= SHORTEST_RANDOM and not is_uuid(value)  # such as the id of a device


# A header may be folded over several lines, and be a list of strings.
COOKIES = (
    Shape(
        f"(?i:cookie2?){MARK_IS}",
        rf"(?i:cookie2?){IS}()({_LINE}(?:\n+[ \t]{_LINE})*(?:{QUOTE}\s*,\s*{QUOTE}{_LINE})*)",
        _cookies,
    ),
)
