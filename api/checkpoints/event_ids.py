"""A position as the text that clients carry: an event id, and the `as_of` of an answer. Pure, but for the seal's nonce.

An id is less than 2,000 characters, however many shards there are. It lists the shards of the newest indices. Of the
older ones, which seldom change, it has a sketch (sketch.py): compared with the present, that tells which of them have
changed since, and what their numbers were. So a position is read exactly as it was written, or not at all.

The text is sealed (seal.py). A client cannot invent a position, and does not see the numbers: they count what all
groups write.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from api.checkpoints.position import BEFORE_FIRST, SHARD_KEY_BYTES, Position, Shards
from api.checkpoints.seal import Seal
from api.checkpoints.sketch import CELLS, CHECK_BYTES, EMPTY, Sketch, difference, toggled

LISTED = 64  # shards, the newest
MAX_ID_CHARACTERS = 2_000
_VERSION = "2."
_EARLIER = "1."  # ids of earlier releases were neither sealed nor bounded
_NUMBER_BYTES = 5
_ENTRY_BYTES = SHARD_KEY_BYTES + _NUMBER_BYTES
_CELL_BYTES = _ENTRY_BYTES + CHECK_BYTES
_SKETCH_BYTES = CELLS * _CELL_BYTES


class EventIds:
    """Writes and reads ids with one key."""

    def __init__(self, key: bytes) -> None:
        self._seal = Seal(key)
        self._latest: tuple[Position, Sketch] = ({}, EMPTY)  # most positions differ in the listed shards only

    def write(self, position: Position, shards: Shards) -> str:
        """Return a position as an id. Shards that are gone, and those of which nothing was read, are left out."""
        older, newest = _parts(shards)
        listed = b"".join(_entries(position, newest))
        sketch = self._sketch({key: position[key] for key in older if key in position}) if older else EMPTY
        cells = b"" if sketch == EMPTY else b"".join(cell.to_bytes(_CELL_BYTES, "big") for cell in sketch)
        return _VERSION + self._seal.close(bytes([bool(cells)]) + cells + listed)

    def read(self, text: str, shards: Shards) -> Position:
        """Return the position of an id, of the shards that there are; raise ValueError that says what is wrong."""
        if text.startswith(_EARLIER):
            raise ValueError("is of an earlier release")
        if not text.startswith(_VERSION) or len(text) > MAX_ID_CHARACTERS:
            raise ValueError("is not an id of this service")
        try:
            plain = self._seal.open(text.removeprefix(_VERSION))
        except ValueError:
            raise ValueError("is not an id of this service, or its key has changed") from None
        cells, listed = plain[1 : 1 + plain[0] * _SKETCH_BYTES], plain[1 + plain[0] * _SKETCH_BYTES :]
        named = dict(_entry(part) for part in _cut(listed, _ENTRY_BYTES))
        position = {key: number for key, number in named.items() if key in shards}
        if named and not position:
            raise ValueError("is of indices that no longer exist")
        return {**position, **_unlisted(cells, {key: shards[key].checkpoint for key in shards if key not in named})}

    def _sketch(self, older: Position) -> Sketch:
        if older != self._latest[0]:
            self._latest = (older, toggled(EMPTY, _entries(older, older)))
        return self._latest[1]


def _parts(shards: Shards) -> tuple[list[bytes], list[bytes]]:
    """Return the keys of the older shards, and of those that are listed."""
    older = max(len(shards) - LISTED, 0)
    keys = iter(shards)
    return list(islice(keys, older)), list(keys)


def _unlisted(cells: bytes, now: Position) -> Position:
    """Return the position of the shards that an id does not list, from its sketch and how far they are now."""
    if not cells:
        return {}  # nothing was read of them
    sketch = tuple(int.from_bytes(cell, "big") for cell in _cut(cells, _CELL_BYTES))
    entries = set(_entries(now, now))
    try:
        changed = difference(sketch, toggled(EMPTY, entries), _ENTRY_BYTES)
    except ValueError:
        raise ValueError("is too old: too many indices have changed since") from None
    then = dict(_entry(entry) for entry in changed - entries)
    new = {_entry(entry)[0] for entry in changed & entries}
    unchanged = {key: number for key, number in now.items() if key not in new}
    return {**unchanged, **{key: number for key, number in then.items() if key in now}}


def _entries(position: Position, keys: Iterable[bytes]) -> Iterator[bytes]:
    for key in keys:
        number = position.get(key, BEFORE_FIRST)
        if number > BEFORE_FIRST:
            yield key + number.to_bytes(_NUMBER_BYTES, "big")


def _entry(written: bytes) -> tuple[bytes, int]:
    return written[:SHARD_KEY_BYTES], int.from_bytes(written[SHARD_KEY_BYTES:], "big")


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))
