"""The key that a request presents: in its Authorization header, or in its query string where it has none. Pure."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from starlette.types import Scope

from api.access.key_file import digest
from api.request.params import KEY, MAX_FIELDS

_PANEL_PREFIX = b"sk-"  # clients of AI providers put it before any key


def presented_keys(scope: Scope) -> Iterator[bytes]:
    """Yield the digest of the key, then of the key without `sk-` where it has that prefix."""
    key = _from_header(scope) or _from_query(scope["query_string"])
    if not key:
        return  # the hash of nothing may have been configured by mistake
    yield digest(key)
    if key.startswith(_PANEL_PREFIX):
        yield digest(key.removeprefix(_PANEL_PREFIX))


def _from_header(scope: Scope) -> bytes:
    header = next((value for name, value in scope["headers"] if name == b"authorization"), b"").strip()
    scheme, _, key = bytes(header).partition(b" ")
    return key.strip() if scheme.lower() == b"bearer" else header


def _from_query(query_string: bytes) -> bytes:
    """Return the key among the parameters: the event streams of browsers can send no header."""
    try:
        found = dict(parse_qsl(query_string.decode("utf-8", "replace"), max_num_fields=MAX_FIELDS))
    except ValueError:  # too many parameters: refused later, with a message
        return b""
    return found.get(KEY, "").strip().encode()
