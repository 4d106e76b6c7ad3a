"""A position: how far a reader has read each shard, and the event id that carries it to the client. Pure.

Elasticsearch numbers the operations of a shard one by one (`_seq_no`). Up to the shard's global checkpoint every number
is assigned and durable, and after a refresh everything up to it is searchable. A position is one such number for each
shard, and the logs between two positions are the same whenever they are read.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b

from msgspec import Struct

BEFORE_FIRST = -1  # the position before the first operation of a shard
_VERSION = "1."  # of the event ids
_KEY_BYTES = 4
_NUMBER_BYTES = 5
_ENTRY_BYTES = _KEY_BYTES + _NUMBER_BYTES

Position = Mapping[bytes, int]  # key of a shard → the last `_seq_no` that was read


class Shard(Struct, frozen=True):
    """One shard, searchable up to its checkpoint."""

    index: str
    number: int
    key: bytes  # see `shard_key`
    checkpoint: int  # a `_seq_no`


Shards = Mapping[bytes, Shard]  # by key


def shard_key(index_uuid: str, number: int) -> bytes:
    """Return the name of a shard in a position; an index that was deleted and created again has another uuid."""
    return blake2b(f"{index_uuid}/{number}".encode(), digest_size=_KEY_BYTES).digest()


def end_of(shards: Shards) -> Position:
    """Return the position after everything that is searchable."""
    return {shard.key: shard.checkpoint for shard in shards.values()}


def first_unread(position: Position, shards: Shards) -> Shard | None:
    """Return a shard with logs after the position; None where all was read."""
    unread = (shard for shard in shards.values() if position.get(shard.key, BEFORE_FIRST) < shard.checkpoint)
    return next(unread, None)


def event_id(position: Position) -> str:
    """Return a position as an event id. A shard of which nothing was read is left out."""
    entries = (key + number.to_bytes(_NUMBER_BYTES, "big") for key, number in sorted(position.items()) if number >= 0)
    return _VERSION + urlsafe_b64encode(b"".join(entries)).decode()


def parse_event_id(text: str) -> Position:
    """Return the position of an event id; raise ValueError for any other text."""
    if not re.fullmatch(re.escape(_VERSION) + r"([A-Za-z0-9_-]{12})*", text, re.ASCII):  # 9 bytes are 12 characters
        raise ValueError("not an event id")
    entries = urlsafe_b64decode(text.removeprefix(_VERSION))
    parts = (entries[start : start + _ENTRY_BYTES] for start in range(0, len(entries), _ENTRY_BYTES))
    return {part[:_KEY_BYTES]: int.from_bytes(part[_KEY_BYTES:], "big") for part in parts}
