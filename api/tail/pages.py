"""The logs of one shard after a position, read once for all tails that ask the same."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from api.checkpoints.position import BEFORE_FIRST, Position, Shard, event_id
from api.envelope import log
from api.query import BODY_FIELDS, READABLE, Body, matching
from api.request.params import P, ParsedRequest
from api.store.answers import Hit
from api.store.client import Store
from api.store.shared_reads import SharedReads

TAIL_PAGE_WITH_BODIES = 20  # logs: a body may be a megabyte
TAIL_PAGE_WITHOUT_BODIES = 500
# Line breaks in the JSON of an event would end its `data:` line: between tokens they become spaces. The last three are
# line breaks only to clients that split lines as Unicode does; they occur inside strings, where an escape is the same.
_LINE_BREAKS: Mapping[bytes, bytes] = {
    b"\n": b" ",
    b"\r": b" ",
    **{each.encode(): b"\\u%04x" % ord(each) for each in "\x85\u2028\u2029"},
}


class TailSelection(Struct, frozen=True):
    """Which logs a tail follows, and whether with bodies; equal for tails that follow the same."""

    clauses: bytes  # JSON
    with_bodies: bool


class TailPage(Struct, frozen=True):
    """Some logs as server-sent events, and the position after them."""

    events: bytes
    position: Position

    @property
    def size_bytes(self) -> int:
        """Return the size of the events."""
        return len(self.events)


def selection(parsed: ParsedRequest[P]) -> TailSelection:
    """Return what a request selects."""
    clauses = msgspec.json.encode(matching(parsed.view, parsed.params), order="sorted")
    return TailSelection(clauses, parsed.params.include_detail)


class TailPages:
    """The pages of tails; each is read once, however many tails ask for it."""

    def __init__(self, store: Store, reads: SharedReads) -> None:
        self._store = store
        self._reads = reads

    async def after(self, position: Position, shard: Shard, selected: TailSelection) -> TailPage:
        """Return the next logs of a shard after a position, lowest `_seq_no` first; raise `ApiError`."""

        async def read() -> TailPage:
            body = shard_body(selected, position.get(shard.key, BEFORE_FIRST), shard.checkpoint)
            found = await self._store.search_shard(body, shard.index, shard.number)
            return page_of(found.hits.hits, selected, position, shard)

        return await self._reads.get((selected, event_id(position), shard), read)


def shard_body(selected: TailSelection, after: int, up_to: int) -> Body:
    """Return the body that finds the selected logs between two sequence numbers."""
    between = {"range": {"_seq_no": {"gt": after, "lte": up_to}}}
    return {
        "query": {"bool": {"filter": [*msgspec.json.decode(selected.clauses), between]}},
        "size": _page_size(selected),
        "sort": ["_seq_no"],
        "track_total_hits": False,
        "_source": {"excludes": [READABLE] if selected.with_bodies else BODY_FIELDS},
    }


def page_of(hits: Sequence[Hit], selected: TailSelection, position: Position, shard: Shard) -> TailPage:
    """Return the page of these hits; a page that is not full reaches to the shard's checkpoint."""
    events = [_event(hit, selected, {**position, shard.key: _sequence_number(hit)}) for hit in hits]
    reached = _sequence_number(hits[-1]) if len(hits) == _page_size(selected) else shard.checkpoint
    return TailPage(b"".join(events), {**position, shard.key: reached})


def _event(hit: Hit, selected: TailSelection, position: Position) -> bytes:
    data = msgspec.json.encode(log(hit, with_bodies=selected.with_bodies))
    for line_break, replacement in _LINE_BREAKS.items():
        data = data.replace(line_break, replacement)
    return b"id: %b\ndata: %b\n\n" % (event_id(position).encode(), data)


def _sequence_number(hit: Hit) -> int:
    return int(hit.sort[0] or 0)


def _page_size(selected: TailSelection) -> int:
    return TAIL_PAGE_WITH_BODIES if selected.with_bodies else TAIL_PAGE_WITHOUT_BODIES
