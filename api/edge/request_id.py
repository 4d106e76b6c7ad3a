"""The id that a request is known by, in the answer and in the log line."""

import re
from collections.abc import Iterable
from uuid import uuid4

_SANE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return what the client calls its request, if that is fit to be written down; else a new id."""
    given = next((value for name, value in headers if name == b"x-request-id"), b"")
    return given.decode() if _SANE.fullmatch(given) else uuid4().hex
