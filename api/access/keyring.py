"""The configured keys: from the settings, and from a file that is read again when it changes."""

import asyncio
import secrets
from pathlib import Path

import structlog

from api.access.key_file import Keys, admin_keys, digest, file_keys

FILE_CHECK_S = 0.5  # between two checks of the file
_log = structlog.get_logger()


class Keyring:
    """The current keys."""

    def __init__(self, admin_keys: str, file: Path | None) -> None:
        """Read the keys; raise ValueError for a file that cannot be used."""
        self._admin_keys = admin_keys
        self._file = file
        self._read_version = self._seen_version = _version(file)
        self.keys = read_keys(admin_keys, file)
        # A file that is configured locks, also without a key in it: it never means access for everybody.
        self.is_locked = bool(self.keys) or file is not None

    async def refresh(self) -> None:
        """Read the file again where it has changed; never raise.

        It is read once it has stayed the same for two checks: an editor may be writing it.
        """
        version, before = _version(self._file), self._seen_version
        self._seen_version = version
        if version != self._read_version and version == before:
            self._read_version = version
            await self._read()

    async def _read(self) -> None:
        try:
            # In a thread: with many keys it takes a while.
            self.keys = await asyncio.to_thread(read_keys, self._admin_keys, self._file)
        except ValueError as error:
            _log.error("the key file was not loaded: the previous keys stay in use", reason=str(error))
            return
        _log.info("the key file was read again", keys=len(self.keys))


def new_key() -> str:
    """Return a random key of 256 bits."""
    return f"gl-{secrets.token_urlsafe(32)}"


def hashed(key: str) -> str:
    """Return the hash of a key as settings and file accept it instead of the key: `sha256:` and 64 hex digits."""
    return f"sha256:{digest(key.encode()).hex()}"


def read_keys(settings: str, file: Path | None) -> Keys:
    """Return the keys of the settings and of the file; raise ValueError for a file that cannot be used."""
    try:
        text = file.read_bytes() if file else b""
        return Keys([*admin_keys(settings), *file_keys(text)])
    except OSError as error:
        raise ValueError(f"API_GROUP_KEYS_FILE={file} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"API_GROUP_KEYS_FILE={file}: {error}") from None


def _version(file: Path | None) -> tuple[int, ...]:
    """Return values that change with the content of a file; an empty tuple where there is no file."""
    try:
        found = file.stat() if file else None
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else ()
