"""The id of a request, in its answer and in its log line."""

import re
from collections.abc import Iterable
from uuid import uuid4

_VALID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the `X-Request-Id` of a request where it is short and plain text; a new id otherwise."""
    given = next((value for name, value in headers if name == b"x-request-id"), b"")
    return given.decode() if _VALID.fullmatch(given) else uuid4().hex
