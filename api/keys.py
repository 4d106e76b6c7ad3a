"""Who may read what: an admin key reads everything, a group's key that group.

Only digests are kept, all of them are compared, and each comparison takes the same time: an answer tells
nothing about how close a guess was.
"""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec
from fastapi import Security
from fastapi.security import APIKeyHeader
from msgspec import Struct
from starlette.requests import Request

from api.errors import ApiError

HEADER = APIKeyHeader(name="Authorization", description="`<key>` or `Bearer <key>`", auto_error=False)


class Keys(Struct, frozen=True):
    """The configured keys: their digests, and the group that each reads; None reads everything."""

    known: tuple[tuple[bytes, str | None], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether any key is configured."""
        return bool(self.known)

    def groups(self, presented: bytes) -> set[str | None]:
        """Return the groups that a presented key reads, None among them for everything."""
        digest = sha256(presented).digest()
        return {group for known, group in self.known if hmac.compare_digest(known, digest)}


def read_keys(admin_keys: str, group_keys_file: Path | None) -> Keys:
    """Return the keys of the settings; raise ValueError, in one sentence, for a file that cannot be used."""
    admin = [key.strip() for key in admin_keys.split(",") if key.strip()]
    of_groups = _group_keys(group_keys_file) if group_keys_file else {}
    return Keys((*((_digest(key), None) for key in admin), *_digests(of_groups)))


async def authorise(request: Request, _: Annotated[str | None, Security(HEADER)]) -> None:
    """Let a request pass that may read the path's group, or everything; raise `ApiError` 401 or 403."""
    check(request)


def is_allowed(request: Request) -> bool:
    """Tell whether a request that was let pass would be now."""
    try:
        check(request)
    except ApiError:
        return False
    return True


def check(request: Request) -> None:
    """Raise `ApiError` 401 or 403 for a request that may not read what it asks for."""
    keys: Keys = request.app.state.keys
    if not keys:
        return  # bound to loopback: the settings see to that
    groups = keys.groups(_presented(request))
    if not groups:
        raise ApiError(401, "no key, or an unknown one: send it as `Authorization: Bearer <key>`")
    if None not in groups and request.path_params.get("group") not in groups:
        raise ApiError(403, "this key reads the logs of its own group only: /api/log/{group}/search")


def _presented(request: Request) -> bytes:
    header = request.headers.get("authorization", "").encode("latin-1").strip()
    scheme, _, key = header.partition(b" ")
    return key.strip() if scheme.lower() == b"bearer" else header


def _group_keys(file: Path) -> dict[str, list[str]]:
    try:
        keys = msgspec.json.decode(file.read_bytes(), type=dict[str, list[str]])
    except OSError as error:
        raise ValueError(f"API_GROUP_KEYS_FILE={file} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError:
        raise ValueError(f'API_GROUP_KEYS_FILE={file} is not JSON like {{"group": ["key"]}}') from None
    if not all(group and all(key.strip() for key in keys[group]) for group in keys):
        raise ValueError(f"API_GROUP_KEYS_FILE={file} has an empty group or an empty key")
    return keys


def _digests(of_groups: dict[str, list[str]]) -> Iterator[tuple[bytes, str]]:
    for group, keys in of_groups.items():
        for key in keys:
            yield _digest(key), group


def _digest(key: str) -> bytes:
    return sha256(key.strip().encode()).digest()
