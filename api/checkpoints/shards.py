"""The shards behind the alias, and how far each is searchable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct, field

from api.checkpoints.position import Shard, Shards, shard_key
from api.errors import ApiError
from api.store.client import Store

MAX_NAMES_IN_PATH = 50  # Elasticsearch accepts a request line of 4 KB
_STATS = {"level": "shards", "filter_path": "indices.*.uuid,indices.*.shards"}


class _Routing(Struct, frozen=True):
    primary: bool


class _SequenceNumbers(Struct, frozen=True):
    global_checkpoint: int


class _Copy(Struct, frozen=True):
    routing: _Routing
    seq_no: _SequenceNumbers | None = None


class _Index(Struct, frozen=True):
    uuid: str
    shards: Mapping[str, Sequence[_Copy]] = {}


class _Stats(Struct, frozen=True):
    indices: Mapping[str, _Index] = {}


class _Refreshed(Struct, frozen=True):
    class Shards(Struct, frozen=True):
        failed: int = 0

    shards: Shards = field(name="_shards")


async def searchable_shards(store: Store, known: Shards) -> Shards:
    """Return every shard, searchable up to its checkpoint; raise `ApiError` where one of them does not answer.

    First the checkpoints are read, then the indices that changed since `known` are refreshed: in this order everything
    up to the checkpoints is searchable on return.
    """
    names = msgspec.json.decode(await store.request("GET", f"/_alias/{store.alias}"), type=dict[str, msgspec.Raw])
    answer = await store.request("GET", f"/{store.alias}/_stats/docs", _STATS)
    shards = {shard.key: shard for shard in _primaries(msgspec.json.decode(answer, type=_Stats))}
    if missing := names.keys() - {shard.index for shard in shards.values()}:
        raise _unavailable(f"no shard of {missing}")
    await _refresh(store, {shard.index for shard in shards.values() if known.get(shard.key) != shard})
    return shards


def _primaries(stats: _Stats) -> Iterator[Shard]:
    """Yield the primary shards in the order of their indices, older days first."""
    for name, index in sorted(stats.indices.items()):
        copies = [(int(number), copy) for number, of_shard in index.shards.items() for copy in of_shard]
        for number, copy in copies:
            if copy.routing.primary and copy.seq_no:
                yield Shard(name, number, shard_key(index.uuid, number), copy.seq_no.global_checkpoint)


async def _refresh(store: Store, indices: Iterable[str]) -> None:
    names = sorted(indices)
    for start in range(0, len(names), MAX_NAMES_IN_PATH):
        path = ",".join(names[start : start + MAX_NAMES_IN_PATH])
        answer = await store.request("POST", f"/{path}/_refresh", {"filter_path": "_shards.failed"})
        if msgspec.json.decode(answer, type=_Refreshed).shards.failed:
            raise _unavailable(f"no refresh of {path}")


def _unavailable(reason: str) -> ApiError:
    return ApiError(503, "some shards are not available at the moment: try again in a moment", reason=reason)
