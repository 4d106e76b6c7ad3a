"""How far the index is behind Kafka, as the indexers report it."""

from collections.abc import Sequence
from operator import attrgetter

import msgspec
from msgspec import Struct

from api.errors import ApiError
from api.store.client import Store
from mappings.instant import DAY_MS
from mappings.progress import progress_index

MOST_PARTITIONS = 10_000
_PATHS = {"filter_path": "hits.hits._source", "ignore_unavailable": "true", "allow_no_indices": "true"}
_ORDER = {"checked_at": {"order": "desc", "unmapped_type": "long"}}
_NEWEST_FIRST = msgspec.json.encode({"size": MOST_PARTITIONS, "sort": [_ORDER], "track_total_hits": False})


class IndexProgress(Struct, frozen=True):
    """How far all partitions are; times are epoch ms."""

    complete_to: int | None  # what Kafka had by then is indexed; None: not known
    waiting: int  # records
    checked_at: int  # the oldest of the latest reports of the partitions


class _Report(Struct, frozen=True):
    checked_at: int
    waiting: int = 0
    complete_to: int | None = None


class _Hit(Struct, frozen=True):
    source: _Report = msgspec.field(name="_source")


class _Hits(Struct, frozen=True):
    hits: Sequence[_Hit] = ()


class _Answer(Struct, frozen=True):
    hits: _Hits = _Hits()


async def read_progress(store: Store) -> IndexProgress | None:
    """Return how far the index is; None where no indexer says it, or this login may not read it."""
    try:
        answer = await store.request("POST", f"/{progress_index(store.alias)}/_search", _PATHS, _NEWEST_FIRST)
    except ApiError:
        return None
    return of_all([hit.source for hit in msgspec.json.decode(answer, type=_Answer).hits.hits])


def of_all(reports: Sequence[_Report]) -> IndexProgress | None:
    """Return the progress of all partitions together: the furthest behind counts."""
    newest = max(map(attrgetter("checked_at"), reports), default=0)
    # A topic that is read no more must not hold up the others for ever. If all are old, all indexers are away.
    reports = [one for one in reports if one.checked_at > newest - DAY_MS]
    if not reports:
        return None
    known = [one.complete_to for one in reports if one.complete_to is not None]
    return IndexProgress(
        complete_to=min(known) if len(known) == len(reports) else None,
        waiting=sum(one.waiting for one in reports),
        checked_at=min(one.checked_at for one in reports),
    )
