"""Which shards there are behind the alias, and how far each is searchable."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct, field

from api.checkpoints.position import Lane, Lanes, mark
from api.errors import ApiError
from api.store.client import Store

NAMES_IN_A_PATH = 50  # Elasticsearch takes 4 KB
_STATS = {"level": "shards", "filter_path": "indices.*.uuid,indices.*.shards"}


class _Routing(Struct, frozen=True):
    primary: bool


class _Numbers(Struct, frozen=True):
    global_checkpoint: int


class _Copy(Struct, frozen=True):
    routing: _Routing
    seq_no: _Numbers | None = None


class _Index(Struct, frozen=True):
    uuid: str
    shards: Mapping[str, list[_Copy]] = {}


class _Stats(Struct, frozen=True):
    indices: Mapping[str, _Index] = {}


class _Refreshed(Struct, frozen=True):
    class Shards(Struct, frozen=True):
        failed: int = 0

    shards: Shards = field(name="_shards")


async def look(store: Store, known: Lanes) -> Lanes:
    """Return every lane with everything up to `reached` searchable; raise `ApiError` where a part does not answer.

    The order is what makes it true: first the checkpoints, then a refresh of what moved since `known`.
    """
    names = msgspec.json.decode(await store.ask("GET", f"/_alias/{store.alias}"), type=dict[str, msgspec.Raw])
    answer = await store.ask("GET", f"/{store.alias}/_stats/docs", _STATS)
    lanes = {lane.mark: lane for lane in _lanes(msgspec.json.decode(answer, type=_Stats))}
    if missing := names.keys() - {lane.index for lane in lanes.values()}:
        raise ApiError(503, "a part of the logs cannot be reached at the moment", reason=f"no shard of {missing}")
    await _refresh(store, {lane.index for lane in lanes.values() if known.get(lane.mark) != lane})
    return lanes


def _lanes(stats: _Stats) -> Iterator[Lane]:
    """Give the lanes in the order of their indices, older days first."""
    for name, index in sorted(stats.indices.items()):
        for shard, copies in index.shards.items():
            for copy in copies:
                if copy.routing.primary and copy.seq_no:
                    yield Lane(name, int(shard), mark(index.uuid, int(shard)), copy.seq_no.global_checkpoint)


async def _refresh(store: Store, indices: Iterable[str]) -> None:
    names = sorted(indices)
    for start in range(0, len(names), NAMES_IN_A_PATH):
        path = ",".join(names[start : start + NAMES_IN_A_PATH])
        answer = await store.ask("POST", f"/{path}/_refresh", {"filter_path": "_shards.failed"})
        if msgspec.json.decode(answer, type=_Refreshed).shards.failed:
            raise ApiError(503, "a part of the logs cannot be reached at the moment", reason=f"no refresh of {path}")
