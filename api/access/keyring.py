"""The configured keys, from the settings and from the file of the groups' keys, which is read again when it changes.

Only digests are kept, all of them are compared, and each comparison takes the same time: an answer tells
nothing about how close a guess was.
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

PAUSE_S = 1.0  # between two looks at the file
_HASHED = re.compile(r"sha256:([0-9a-f]{64})")
_log = structlog.get_logger()


class Keys(Struct, frozen=True):
    """The configured keys: their digests, and the group that each reads; None reads everything."""

    known: tuple[tuple[bytes, str | None], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether any key is configured."""
        return bool(self.known)

    def groups(self, presented: bytes) -> set[str | None]:
        """Return the groups that the key of a digest reads, None among them for everything."""
        return {group for known, group in self.known if hmac.compare_digest(known, presented)}


class Keyring:
    """The keys of the moment."""

    def __init__(self, admin_keys: str, file: Path | None) -> None:
        self._admin_keys = admin_keys
        self._file = file
        self._seen = _version(file)
        self.keys = read_keys(admin_keys, file)
        self.is_locked = bool(self.keys)

    async def run(self) -> None:
        """Read the file again whenever it changes, until cancelled."""
        while True:
            await asyncio.sleep(PAUSE_S)
            seen = _version(self._file)
            if seen != self._seen:
                self._seen = seen
                self._read()

    def _read(self) -> None:
        try:
            self.keys = read_keys(self._admin_keys, self._file)
        except ValueError as error:
            _log.error("the keys stay as they were", reason=str(error))
            return
        # A file that loses its last key locks everybody out; it never opens the door to everybody.
        self.is_locked = self.is_locked or bool(self.keys)
        _log.info("the keys were read again", keys=len(self.keys.known))


def new_key() -> str:
    """Return a key that nobody guesses: 256 bits."""
    return f"gl-{secrets.token_urlsafe(32)}"


def digest(key: bytes) -> bytes:
    """Return what is kept of a key."""
    return sha256(key).digest()


def hashed(key: str) -> str:
    """Return a key as the settings and the file take it too: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{digest(key.encode()).hex()}"


def read_keys(admin_keys: str, group_keys_file: Path | None) -> Keys:
    """Return the keys of the settings; raise ValueError, in one sentence, for a file that cannot be used."""
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
    """Return what changes with the content of a file; nothing for no file."""
    try:
        found = file.stat() if file else None
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else ()
