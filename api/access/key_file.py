"""The configured keys as text, from the settings and from the file, in; the keys out. Pure."""

import hmac
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct, structs

from api.edge.key import Key
from mappings.instant import DAY_MS, parse_rfc3339

MAX_NAME = 100  # characters
ADMINS = "admins"  # where the file has groups and admins
_FORM = 'JSON like {"group": ["key", {"name": "…", "sha256": "…"}]} or {"groups": {…}, "admins": […]}'
_ENTRY = "must be a key, a hash, or an object with name, key or sha256, and optionally ends, bodies and export"
_HASH = re.compile(r"(sha256:)?([0-9a-f]{64})", re.IGNORECASE | re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class KeyEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A key with a name, as the file has it."""

    name: str
    key: str | None = None
    sha256: str | None = None
    ends: str | None = None  # the last day, in UTC, or a moment in RFC 3339
    bodies: bool = True
    export: bool = True


class Keys:
    """The keys by their digests. One that stands in several places has an entry for each group."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        """Take the keys; raise ValueError where two of them contradict each other."""
        self._of: dict[bytes, tuple[Key, ...]] = {}
        for key in keys:
            _add(self._of, key)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._of)

    def find(self, digest: bytes) -> tuple[Key, ...]:
        """Return what the key with this digest opens; nothing for an unknown one.

        The dictionary finds the candidate, so the number of keys costs nothing; the comparison is in constant time.
        """
        found = self._of.get(digest, ())
        return found if found and hmac.compare_digest(found[0].digest, digest) else ()


class _Grouped(Struct, forbid_unknown_fields=True):
    groups: dict[str, list[Any]]
    admins: list[Any] = []


class _Place(NamedTuple):
    """Where an entry stands."""

    group: str | None
    number: int  # in its list, from 1

    def __str__(self) -> str:
        return f"entry {self.number} of " + (ADMINS if self.group is None else f"group {self.group!r}")


def digest(key: bytes) -> bytes:
    """Return the SHA-256 of a key, the only form in which keys are kept."""
    return sha256(key).digest()


def admin_keys(text: str) -> Iterator[Key]:
    """Yield the keys of API_ADMIN_KEYS, each a key or a hash."""
    found = (key.strip() for key in text.split(",") if key.strip())
    for number, key in enumerate(found, start=1):
        yield Key(_digest_of(key), f"key {number} of API_ADMIN_KEYS")


def file_keys(text: bytes) -> Iterator[Key]:
    """Yield the keys of a file; a file without text has none. Raise ValueError for anything that is not of its form."""
    if not text.strip():
        return
    grouped = _grouped(text)
    lists = [(None, grouped.admins), *grouped.groups.items()]
    for group, entries in lists:
        if group == "":
            raise ValueError("a group has an empty name")
        for number, entry in enumerate(entries, start=1):
            yield _key(_Place(group, number), entry)


def written(entry: KeyEntry) -> str:
    """Return an entry as it stands in the file; raise ValueError for one that the file may not have."""
    _key_of(_Place(None, 1), entry)
    return msgspec.json.encode(entry).decode()


def _grouped(text: bytes) -> _Grouped:
    """Return the groups and admins of either form: the value of a group is a list, that of `groups` is an object."""
    try:
        found = msgspec.json.decode(text, type=dict[str, Any])
        if isinstance(found.get("groups"), dict):
            return msgspec.convert(found, _Grouped)
        return _Grouped(msgspec.convert(found, dict[str, list[Any]]))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise ValueError(f"it is not {_FORM}") from None  # the decoder's own message may quote a key


def _key(place: _Place, given: Any) -> Key:
    if isinstance(given, str):
        return Key(_digest_of(_given(place, given)), f"key {place.number} of {place.group or ADMINS}", place.group)
    try:
        entry = msgspec.convert(given, KeyEntry)
    except msgspec.ValidationError:
        raise ValueError(f"{place} {_ENTRY}") from None
    return _key_of(place, entry)


def _key_of(place: _Place, entry: KeyEntry) -> Key:
    if not 0 < len(entry.name.strip()) <= MAX_NAME:
        raise ValueError(f"{place}: its name must have 1 to {MAX_NAME} characters")
    ends_ms = None if entry.ends is None else _ends_ms(place, entry.ends)
    return Key(_entry_digest(place, entry), entry.name.strip(), place.group, ends_ms, entry.bodies, entry.export)


def _entry_digest(place: _Place, entry: KeyEntry) -> bytes:
    if (entry.key is None) == (entry.sha256 is None):
        raise ValueError(f"{place}: it must have either key or sha256")
    if entry.key is not None:
        return _digest_of(_given(place, entry.key))
    hashed = _HASH.fullmatch((entry.sha256 or "").strip())
    if not hashed:
        raise ValueError(f"{place}: its sha256 must have 64 hexadecimal digits")
    return bytes.fromhex(hashed[2])


def _given(place: _Place, key: str) -> str:
    if not key.strip():
        raise ValueError(f"{place}: its key is empty")
    return key


def _digest_of(key: str) -> bytes:
    """Return the digest of a key, or of the key whose hash stands in its place."""
    hashed = _HASH.fullmatch(key.strip())
    return bytes.fromhex(hashed[2]) if hashed and hashed[1] else digest(key.strip().encode())


def _ends_ms(place: _Place, text: str) -> int:
    """Return the first moment at which a key no longer works; a day is the last on which it does."""
    try:
        return parse_rfc3339(f"{text}T00:00:00Z") + DAY_MS if _DAY.fullmatch(text) else parse_rfc3339(text)
    except ValueError:
        raise ValueError(f"{place}: its ends must be a day such as 2026-12-31, or a time in RFC 3339") from None


def _add(keys: dict[bytes, tuple[Key, ...]], key: Key) -> None:
    others = keys.get(key.digest, ())
    same = next((other for other in others if other.group == key.group), None)
    if same is None:
        keys[key.digest] = (*others, key)
    elif structs.replace(same, name=key.name) != key:
        raise ValueError(f"the keys {same.name!r} and {key.name!r} are the same key with different rights")
