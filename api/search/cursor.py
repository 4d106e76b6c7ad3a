"""Where a program goes on reading: the last log of a page as a text, and back. Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import structs

from api.errors import ApiError
from api.query import matching, sort
from api.request.params import SearchParams, shortened
from api.store.answers import Hit

START = "start"
_DIGEST_BYTES = 12


def read_cursor(params: SearchParams) -> Sequence[Any]:
    """Return the sort values of the log that was read last, none at the start.

    Raise `ApiError` 400 for a text that is not the cursor of this very search.
    """
    text = params.after or START
    if params.page != 1:
        raise ApiError(400, "page and after: give one of them, a page's number or where to go on")
    if text == START:
        return ()
    try:
        whole = urlsafe_b64decode(text.encode())
    except (ValueError, Base64Error):
        whole = b""
    digest, values = whole[:_DIGEST_BYTES], whole[_DIGEST_BYTES:]
    found = _sort_values(values, len(sort(params.order)))
    if found is None or digest != _digest(params, values):
        wrong = f"after={shortened(text)}: must be `{START}`, or what the previous answer to the same search gave"
        raise ApiError(400, wrong)
    return found


def write_cursor(params: SearchParams, hits: Sequence[Hit]) -> str:
    """Return where to go on behind these logs, "" where they are the last."""
    if len(hits) < params.per_page:
        return ""
    values = msgspec.json.encode(hits[-1].sort)
    return urlsafe_b64encode(_digest(params, values) + values).decode()


def _sort_values(values: bytes, number: int) -> Sequence[int | None] | None:
    """Return the values that a log is sorted by, None where these are none: anybody can compute a digest."""
    try:
        found = msgspec.json.decode(values, type=tuple[int | None, ...])
    except msgspec.MsgspecError:
        return None
    return found if len(found) == number else None


def _digest(params: SearchParams, values: bytes) -> bytes:
    """Return what ties a cursor to its search: no secret, for what may be read is decided by the path and the key."""
    # The moment as it is written: the clauses made of it change when retention takes an index away.
    clauses = matching(structs.replace(params, seen=None))
    search = msgspec.json.encode([clauses, params.as_of, params.order], order="sorted")
    return blake2b(values, key=blake2b(search).digest(), digest_size=_DIGEST_BYTES).digest()
