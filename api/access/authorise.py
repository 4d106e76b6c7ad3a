"""Who may read what: an admin key reads everything, a group's key that group; and how much each key may ask for."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Security
from fastapi.security import APIKeyHeader
from starlette.requests import Request

from api.access.keyring import Keyring, digest
from api.errors import ApiError

HEADER = APIKeyHeader(name="Authorization", description="`<key>` or `Bearer <key>`", auto_error=False)
ANYBODY = b""  # whoever is on this machine, where no key is configured


async def authorise(request: Request, _: Annotated[str | None, Security(HEADER)]) -> AsyncIterator[None]:
    """Let a request pass that may read the path's group, or everything; raise `ApiError` 401, 403 or 429.

    It counts against its key's limits until its answer has been sent.
    """
    with request.app.state.limits.taken(check(request)):
        yield


def is_allowed(request: Request) -> bool:
    """Tell whether a request that was let pass would be now."""
    try:
        check(request)
    except ApiError:
        return False
    return True


def check(request: Request) -> bytes:
    """Return the digest of the request's key; raise `ApiError` 401 or 403 where it may not read what it asks for."""
    keyring: Keyring = request.app.state.keyring
    if not keyring.is_locked:
        return ANYBODY  # bound to loopback: the settings see to that
    presented = digest(_presented(request))
    groups = keyring.keys.groups(presented)
    if not groups:
        raise ApiError(401, "no key, or an unknown one: send it as `Authorization: Bearer <key>`")
    if None not in groups and request.path_params.get("group") not in groups:
        raise ApiError(403, "this key reads the logs of its own group only: /api/log/{group}/search")
    request.state.reader = "admin" if None in groups else "group"
    return presented


def _presented(request: Request) -> bytes:
    header = request.headers.get("authorization", "").encode("latin-1").strip()
    scheme, _, key = header.partition(b" ")
    return key.strip() if scheme.lower() == b"bearer" else header
