"""The logs of one shard after a position, read once for all tails that ask the same."""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
from msgspec import Struct

from api.checkpoints.event_ids import EventIds
from api.checkpoints.position import Position, Shard, Shards
from api.clauses import Body
from api.envelope import LogFormat, log
from api.query import WITHOUT_SOURCE, matching
from api.repetitive.check import PhraseCheck
from api.repetitive.plan import COST, MAX_PLACES, Groups, candidates, groups_of, places_of
from api.request.params import P, ParsedRequest, SearchParams
from api.request.query_cost import NO_READS, Reads, reads_of
from api.request.view import View
from api.store.answers import Hit
from api.store.client import Store
from api.store.documents import Source, documents_body, parts, shown_fields, size_of, with_documents
from api.store.shared_reads import SharedReads
from mappings.instant import Times

TAIL_PAGE_WITH_BODIES = 20  # logs at most
TAIL_PAGE_WITHOUT_BODIES = 500
TAIL_PAGE_BYTES = 1_000_000  # of documents; one that is larger is a page of its own
HIT_BYTES = 1_000  # of a hit without its document
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
    form: LogFormat
    phrases: "TailPhrases | None" = None

    @property
    def source(self) -> Source:
        """Return which fields of its documents a tail reads."""
        return shown_fields(with_bodies=self.form.with_bodies)


class TailPhrases(Struct, frozen=True):
    """What the phrases of a tail read: of which groups, how often, and the repetitive logs among those it follows."""

    groups: Groups
    reads: Reads
    clauses: bytes  # JSON


class TailPage(Struct, frozen=True):
    """Some logs as server-sent events."""

    events: bytes

    @property
    def size_bytes(self) -> int:
        """Return the size of the events."""
        return len(self.events)


def selection(parsed: ParsedRequest[P], times: Times) -> TailSelection:
    """Return what a request selects."""
    clauses = _json(matching(parsed.view, parsed.params))
    form = LogFormat(parsed.params.include_detail, times)
    return TailSelection(clauses, form, _phrases(parsed.view, parsed.params))


def _phrases(view: View, params: SearchParams) -> TailPhrases | None:
    reads = reads_of(params.query) if params.query else NO_READS
    if not params.query or not reads.words:
        return None
    clauses = candidates(view, params, params.query, reads)
    return TailPhrases(groups_of(view, params), reads, _json(clauses))


def _json(clauses: Sequence[Body]) -> bytes:
    return msgspec.json.encode(clauses, order="sorted")


class TailListing(Struct, frozen=True):
    """Which logs of a shard come next for a tail, without their documents, and how far they reach."""

    selected: TailSelection
    shard: Shard
    hits: Sequence[Hit]
    reached: int  # a `_seq_no`

    @property
    def size_bytes(self) -> int:
        """Return about the size of the listing."""
        return HIT_BYTES * len(self.hits)

    @property
    def document_bytes(self) -> int:
        """Return the size of the documents."""
        return sum(size_of(hit, self.selected.source) for hit in self.hits)


class TailPages:
    """The pages of tails; each is read once, however many tails ask for it."""

    def __init__(self, store: Store, phrases: PhraseCheck, reads: SharedReads, ids: EventIds) -> None:
        self._store = store
        self._phrases = phrases
        self._reads = reads
        self._ids = ids

    async def listing(self, after: int, shard: Shard, selected: TailSelection) -> TailListing:
        """Return which logs of a shard come next after a sequence number, lowest first; raise `ApiError`."""

        async def read() -> TailListing:
            up_to = await self._end(after, shard, selected)
            body = shard_body(selected, after, up_to)
            found = await self._store.search_shard(body, shard.index, shard.number)
            return listing_of(found.hits.hits, selected, shard, up_to)

        return await self._reads.get((selected, after, shard), read)

    async def _end(self, after: int, shard: Shard, selected: TailSelection) -> int:
        """Return the sequence number up to which the phrases of a tail read logs at one time."""
        phrases = selected.phrases
        if not phrases or not await self._phrases.may_take_long(phrases.groups, phrases.reads):
            return shard.checkpoint
        body = repetitive_body(phrases, after, shard.checkpoint)
        found = await self._store.search_shard(body, shard.index, shard.number)
        return end_of_batch(found.hits.hits, phrases.reads, shard.checkpoint)

    async def page(self, listing: TailListing, position: Position, shards: Shards) -> TailPage:
        """Return these logs as events, each with the position after it; raise `ApiError`."""
        shard = listing.shard

        async def read() -> TailPage:
            body = documents_body([hit.id for hit in listing.hits], [shard.index], listing.selected.source)
            found = await self._store.search_shard(body, shard.index, shard.number)
            events = [
                self._event(hit, listing, {**position, shard.key: sequence_number(hit)}, shards)
                for hit in with_documents(listing.hits, found.hits.hits)
            ]
            return TailPage(b"".join(events))

        return await self._reads.get((listing.selected, frozenset(position.items()), shard), read)

    def _event(self, hit: Hit, listing: TailListing, position: Position, shards: Shards) -> bytes:
        return b"id: %b\ndata: %b\n\n" % (self._ids.write(position, shards).encode(), _data(hit, listing.selected))


def shard_body(selected: TailSelection, after: int, up_to: int) -> Body:
    """Return the body that finds the selected logs between two sequence numbers."""
    return {**_between(selected.clauses, after, up_to), "size": _page_size(selected), **WITHOUT_SOURCE}


def repetitive_body(phrases: TailPhrases, after: int, up_to: int) -> Body:
    """Return the body that finds the first repetitive logs between two sequence numbers, and what phrases read."""
    return {**_between(phrases.clauses, after, up_to), "size": TAIL_PAGE_WITHOUT_BODIES, **COST}


def _between(clauses: bytes, after: int, up_to: int) -> Body:
    between = {"range": {"_seq_no": {"gt": after, "lte": up_to}}}
    return {
        "query": {"bool": {"filter": [*msgspec.json.decode(clauses), between]}},
        "sort": ["_seq_no"],
        "track_total_hits": False,
    }


def end_of_batch(hits: Sequence[Hit], reads: Reads, up_to: int) -> int:
    """Return the sequence number up to which so many of these logs come as phrases may read at one time."""
    first = next(parts(hits, MAX_PLACES, partial(places_of, reads)), ())
    return _reached(hits, first, TAIL_PAGE_WITHOUT_BODIES, up_to)


def listing_of(hits: Sequence[Hit], selected: TailSelection, shard: Shard, up_to: int) -> TailListing:
    """Return the page of the first of these hits, which are all up to a sequence number.

    It is so many that they are not too large, but one at least.
    """
    first = next(parts(hits, TAIL_PAGE_BYTES), ())
    return TailListing(selected, shard, first, _reached(hits, first, _page_size(selected), up_to))


def _reached(hits: Sequence[Hit], first: Sequence[Hit], size: int, up_to: int) -> int:
    """Return how far the first of some hits reach, of which so many were asked for."""
    return up_to if len(first) == len(hits) < size else sequence_number(first[-1])


def _data(hit: Hit, selected: TailSelection) -> bytes:
    data = msgspec.json.encode(log(hit, selected.form))
    for line_break, replacement in _LINE_BREAKS.items():
        if line_break[:1] in data:  # many times as fast as to search for all of it
            data = data.replace(line_break, replacement)
    return data


def sequence_number(hit: Hit) -> int:
    """Return the `_seq_no` of a log."""
    return int(hit.sort[0] or 0)


def _page_size(selected: TailSelection) -> int:
    return TAIL_PAGE_WITH_BODIES if selected.form.with_bodies else TAIL_PAGE_WITHOUT_BODIES
