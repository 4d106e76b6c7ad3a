"""How far a tail has read, and the event id that says so to the client. Pure.

Elasticsearch numbers what it writes to a shard, one by one (`_seq_no`). Up to the shard's checkpoint every number
is taken and kept for good, and after a refresh everything up to it is searchable: a position is one such number
for each shard, and what lies between two positions is the same whenever it is asked for.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b

from msgspec import Struct

NOTHING = -1  # before the first number of a shard
_FORMAT = "1."  # of the event ids
_MARK_BYTES = 4
_NUMBER_BYTES = 5
_ENTRY_BYTES = _MARK_BYTES + _NUMBER_BYTES

Position = Mapping[bytes, int]  # the mark of a lane → the last number read


class Lane(Struct, frozen=True):
    """One shard, and the number up to which everything in it is searchable."""

    index: str
    shard: int
    mark: bytes  # which shard it is: an index that was made anew is another
    reached: int


Lanes = Mapping[bytes, Lane]


def mark(index_uuid: str, shard: int) -> bytes:
    """Return what a position calls a shard."""
    return blake2b(f"{index_uuid}/{shard}".encode(), digest_size=_MARK_BYTES).digest()


def end_of(lanes: Lanes) -> Position:
    """Return the position after everything that is searchable."""
    return {lane.mark: lane.reached for lane in lanes.values()}


def first_behind(position: Position, lanes: Lanes) -> Lane | None:
    """Return a lane that holds something after the position; None where all was read."""
    return next((lane for lane in lanes.values() if position.get(lane.mark, NOTHING) < lane.reached), None)


def event_id(position: Position) -> str:
    """Return a position as an event id. A shard in which nothing was read is left out: it begins at its beginning."""
    entries = (key + number.to_bytes(_NUMBER_BYTES, "big") for key, number in sorted(position.items()) if number >= 0)
    return _FORMAT + urlsafe_b64encode(b"".join(entries)).decode()


def read_event_id(text: str) -> Position:
    """Return the position of an event id; raise ValueError for a text that is none."""
    if not re.fullmatch(re.escape(_FORMAT) + r"([A-Za-z0-9_-]{12})*", text, re.ASCII):  # 9 bytes are 12 digits
        raise ValueError("not an event id")
    entries = urlsafe_b64decode(text.removeprefix(_FORMAT))
    parts = (entries[start : start + _ENTRY_BYTES] for start in range(0, len(entries), _ENTRY_BYTES))
    return {part[:_MARK_BYTES]: int.from_bytes(part[_MARK_BYTES:], "big") for part in parts}
