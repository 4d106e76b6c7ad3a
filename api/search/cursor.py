"""A cursor: the sort values of the last log of a page as text, and back. Pure."""

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
from api.request.view import View
from api.store.answers import Hit

START = "start"
_DIGEST_BYTES = 12


def read_cursor(view: View, params: SearchParams) -> Sequence[Any]:
    """Return the sort values of the last log that was read; none at the start.

    Raise `ApiError` 400 for a text that is not a cursor of this very search.
    """
    text = params.after or START
    if params.page != 1:
        raise ApiError(400, "page and after: send one of them, a page number or a cursor")
    if text == START:
        return ()
    try:
        decoded = urlsafe_b64decode(text.encode())
    except (ValueError, Base64Error):
        decoded = b""
    digest, values = decoded[:_DIGEST_BYTES], decoded[_DIGEST_BYTES:]
    found = _sort_values(values, len(sort(params.order)))
    if found is None or digest != _digest(view, params, values):
        wrong = f"after={shortened(text)}: must be `{START}`, or the `after` of the previous answer to the same search"
        raise ApiError(400, wrong)
    return found


def write_cursor(view: View, params: SearchParams, hits: Sequence[Hit]) -> str:
    """Return the cursor of the page after these logs; "" after the last page."""
    if len(hits) < params.per_page:
        return ""
    values = msgspec.json.encode(hits[-1].sort)
    return urlsafe_b64encode(_digest(view, params, values) + values).decode()


def _sort_values(values: bytes, number: int) -> Sequence[int | None] | None:
    """Return so many sort values; None where the bytes are something else: the digest is not a signature."""
    try:
        found = msgspec.json.decode(values, type=tuple[int | None, ...])
    except msgspec.MsgspecError:
        return None
    return found if len(found) == number else None


def _digest(view: View, params: SearchParams, values: bytes) -> bytes:
    """Return what ties a cursor to its search. It needs no secret: path and key decide what may be read."""
    # The moment as text: the clauses of a snapshot change when the retention deletes an index.
    clauses = matching(structs.replace(view, snapshot=None), params)
    search = msgspec.json.encode([clauses, params.as_of, sort(params.order)], order="sorted")
    return blake2b(values, key=blake2b(search).digest(), digest_size=_DIGEST_BYTES).digest()
