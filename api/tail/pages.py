"""What one shard holds for a tail after its position: read once for all tails that ask the same."""

import asyncio
from collections import OrderedDict
from typing import Any

import msgspec
from msgspec import Struct

from api.checkpoints.position import NOTHING, Lane, Position, event_id
from api.envelope import log
from api.query import BODIES, READABLE, Body, matching
from api.request.params import SearchParams
from api.store.answers import Hit
from api.store.client import Store

LOGS_WITH_BODIES = 20  # in one page: a body has up to a megabyte
LOGS_WITHOUT_BODIES = 500
REMEMBERED_PAGES = 32  # for the tails that come for a page a little later than the others
REMEMBERED_BYTES = 8_000_000
# What would end a line of an event: in JSON, blank space between tokens. The last three are none to the standard, but
# many clients split lines as Unicode does; inside a string the escape is the same character.
_LINE_ENDS = {b"\n": b" ", b"\r": b" ", **{each.encode(): b"\\u%04x" % ord(each) for each in "\x85\u2028\u2029"}}
AT_ONE_TIME = 4  # pages being asked for: tails must not crowd out the searches


class Filter(Struct, frozen=True):
    """Which logs a tail wants, and how; equal for tails that want the same."""

    clauses: bytes  # JSON
    with_bodies: bool


class Page(Struct, frozen=True):
    """Some logs as server-sent events, and the position after them."""

    events: bytes
    position: Position


def filter_of(params: SearchParams) -> Filter:
    """Return the filter of a request."""
    return Filter(msgspec.json.encode(matching(params), order="sorted"), params.include_detail)


class Backlog:
    """The pages that tails read, each asked for once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pages: OrderedDict[Any, asyncio.Task[Page]] = OrderedDict()
        self._turn = asyncio.Semaphore(AT_ONE_TIME)

    async def page(self, wanted: Filter, position: Position, lane: Lane) -> Page:
        """Return the next logs of a lane after a position, oldest number first; raise `ApiError`."""
        key = (wanted, event_id(position), lane)
        task = self._pages.get(key)
        if task is None or _failed(task):
            task = self._pages[key] = asyncio.create_task(self._read(wanted, position, lane))
            task.add_done_callback(lambda _: self._forget())
        # Shielded: the tail that asked first may hang up, and the others still wait.
        return await asyncio.shield(task)

    def _forget(self) -> None:
        """Let go of the oldest pages that are too many, or too large."""
        while self._pages and (len(self._pages) > REMEMBERED_PAGES or self._bytes() > REMEMBERED_BYTES):
            self._pages.popitem(last=False)

    def _bytes(self) -> int:
        read = (task for task in self._pages.values() if task.done() and not _failed(task))
        return sum(len(task.result().events) for task in read)

    async def _read(self, wanted: Filter, position: Position, lane: Lane) -> Page:
        body = page_body(wanted, position.get(lane.mark, NOTHING), lane.reached)
        async with self._turn:
            found = await self._store.search_shard(body, lane.index, lane.shard)
        return page_of(found.hits.hits, wanted, position, lane)


def _failed(task: asyncio.Task[Page]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def page_body(wanted: Filter, after: int, upto: int) -> Body:
    """Return the body that finds what a filter lets through between two numbers."""
    between = {"range": {"_seq_no": {"gt": after, "lte": upto}}}
    return {
        "query": {"bool": {"filter": [*msgspec.json.decode(wanted.clauses), between]}},
        "size": _size(wanted),
        "sort": ["_seq_no"],
        "track_total_hits": False,
        "_source": {"excludes": [READABLE] if wanted.with_bodies else BODIES},
    }


def page_of(hits: list[Hit], wanted: Filter, position: Position, lane: Lane) -> Page:
    """Return the page of these hits; a page that is not full reaches to the end of the lane."""
    events = [_event(hit, wanted, {**position, lane.mark: _number(hit)}) for hit in hits]
    reached = _number(hits[-1]) if len(hits) == _size(wanted) else lane.reached
    return Page(b"".join(events), {**position, lane.mark: reached})


def _event(hit: Hit, wanted: Filter, position: Position) -> bytes:
    data = msgspec.json.encode(log(hit, with_bodies=wanted.with_bodies))
    for end, instead in _LINE_ENDS.items():
        data = data.replace(end, instead)
    return b"id: %b\ndata: %b\n\n" % (event_id(position).encode(), data)


def _number(hit: Hit) -> int:
    return int(hit.sort[0] or 0)


def _size(wanted: Filter) -> int:
    return LOGS_WITH_BODIES if wanted.with_bodies else LOGS_WITHOUT_BODIES
