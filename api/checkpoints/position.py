"""A position: how far a reader has read each shard. Pure.

Elasticsearch numbers the operations of a shard one by one (`_seq_no`). Up to the shard's global checkpoint every number
is assigned and durable, and after a refresh everything up to it is searchable. A position is one such number for each
shard, and the logs between two positions are the same whenever they are read.
"""

from collections.abc import Mapping
from hashlib import blake2b

from msgspec import Struct

BEFORE_FIRST = -1  # the position before the first operation of a shard
SHARD_KEY_BYTES = 5

Position = Mapping[bytes, int]  # key of a shard → the last `_seq_no` that was read


class Shard(Struct, frozen=True):
    """One shard, searchable up to its checkpoint."""

    index: str
    number: int
    key: bytes  # see `shard_key`
    checkpoint: int  # a `_seq_no`


Shards = Mapping[bytes, Shard]  # by key, in the order of their indices, older days first


def shard_key(index_uuid: str, number: int) -> bytes:
    """Return the name of a shard in a position; an index that was deleted and created again has another uuid."""
    return blake2b(f"{index_uuid}/{number}".encode(), digest_size=SHARD_KEY_BYTES).digest()


def end_of(shards: Shards) -> Position:
    """Return the position after everything that is searchable."""
    return {shard.key: shard.checkpoint for shard in shards.values() if shard.checkpoint > BEFORE_FIRST}


def first_unread(position: Position, shards: Shards) -> Shard | None:
    """Return a shard with logs after the position; None where all was read."""
    unread = (shard for shard in shards.values() if position.get(shard.key, BEFORE_FIRST) < shard.checkpoint)
    return next(unread, None)
