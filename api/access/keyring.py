"""The configured keys: from the settings, and from a file of group keys that is read again when it changes.

Only digests are kept. A key is compared with all of them, in constant time: an answer does not tell how close a guess
was.
"""

import asyncio
import hmac
import re
import secrets
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

FILE_CHECK_S = 1.0  # between two checks of the file
_HASHED = re.compile(r"sha256:([0-9a-f]{64})")
_log = structlog.get_logger()


class Keys(Struct, frozen=True):
    """The digests of the keys and the group that each reads; None means all groups."""

    known: tuple[tuple[bytes, str | None], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether any key is configured."""
        return bool(self.known)

    def groups(self, presented: bytes) -> set[str | None]:
        """Return the groups that the key with this digest reads; None among them means all groups."""
        return {group for known, group in self.known if hmac.compare_digest(known, presented)}


class Keyring:
    """The current keys."""

    def __init__(self, admin_keys: str, file: Path | None) -> None:
        self._admin_keys = admin_keys
        self._file = file
        self._seen = _version(file)
        self.keys = read_keys(admin_keys, file)
        self.is_locked = bool(self.keys)

    async def run(self) -> None:
        """Read the file again whenever it changes, until cancelled."""
        while True:
            await asyncio.sleep(FILE_CHECK_S)
            seen = _version(self._file)
            if seen != self._seen:
                self._seen = seen
                self._read()

    def _read(self) -> None:
        try:
            self.keys = read_keys(self._admin_keys, self._file)
        except ValueError as error:
            _log.error("the key file was not loaded: the previous keys stay in use", reason=str(error))
            return
        # Where the last key is removed from the file nobody has access; it never means access for everybody.
        self.is_locked = self.is_locked or bool(self.keys)
        _log.info("the key file was read again", keys=len(self.keys.known))


def new_key() -> str:
    """Return a random key of 256 bits."""
    return f"gl-{secrets.token_urlsafe(32)}"


def digest(key: bytes) -> bytes:
    """Return the SHA-256 of a key, the only form in which keys are kept."""
    return sha256(key).digest()


def hashed(key: str) -> str:
    """Return the hash of a key as settings and file accept it instead of the key: `sha256:` and 64 hex digits."""
    return f"sha256:{digest(key.encode()).hex()}"


def read_keys(admin_keys: str, group_keys_file: Path | None) -> Keys:
    """Return the keys of the settings and of the file; raise ValueError for a file that cannot be used."""
    admin = [key.strip() for key in admin_keys.split(",") if key.strip()]
    of_groups = _group_keys(group_keys_file) if group_keys_file else {}
    return Keys((*((_kept(key), None) for key in admin), *_digests(of_groups)))


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
            yield _kept(key), group


def _kept(key: str) -> bytes:
    already = _HASHED.fullmatch(key.strip())
    return bytes.fromhex(already[1]) if already else digest(key.strip().encode())


def _version(file: Path | None) -> tuple[int, ...]:
    """Return values that change with the content of a file; an empty tuple where there is no file."""
    try:
        found = file.stat() if file else None
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else ()
