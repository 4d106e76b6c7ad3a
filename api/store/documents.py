"""The documents of hits, read in parts of bounded size.

A search for a page reads no documents, only their sizes. So before any of them is read it is known how much memory
they take, here and in Elasticsearch; and no part is so large that decoding it holds up other requests.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from msgspec import structs

from api.clauses import Body
from api.errors import NO_SUCH_LOG, ApiError
from api.query import BODY_FIELDS, NEVER_SHOWN, SIZES, in_point_in_time
from api.request.params import SearchParams
from api.request.view import View
from api.store.answers import Hit
from api.store.budget import SMALL_BYTES
from api.store.client import Store

Source = bool | dict[str, Any]  # the `_source` of a body: which fields of a document are read

PART_BYTES = 2_000_000  # of documents in one part; one that is larger is a part of its own
UNKNOWN_BYTES = 500_000  # assumed of a document that was indexed before sizes were stored


def shown_fields(*, with_bodies: bool) -> dict[str, Any]:
    """Return the `_source` of what answers show of a log, with its bodies or without them."""
    return {"excludes": NEVER_SHOWN if with_bodies else BODY_FIELDS}


def source_of(view: View, params: SearchParams) -> Source:
    """Return which fields of its documents a search reads. The bodies are read for their highlights too.

    With its bodies a document is read whole: to leave fields out, Elasticsearch parses it, which takes longer than it
    saves.
    """
    for_highlights = bool(view.bodies and params.highlight and params.query)
    return True if params.include_detail or for_highlights else shown_fields(with_bodies=False)


def size_of(hit: Hit, source: Source = True) -> int:
    """Return how many bytes of a document are read."""
    whole, bodies = (hit.fields.get(name, ()) for name in SIZES)
    if not whole:
        return UNKNOWN_BYTES
    return whole[0] if source is True or not bodies else max(whole[0] - bodies[0], 0)


def parts(
    hits: Sequence[Hit], part_size: int = PART_BYTES, size_of: Callable[[Hit], int] = size_of
) -> Iterator[Sequence[Hit]]:
    """Cut hits into parts of a size at most; one that is larger is a part of its own.

    It is that of whole documents if nothing else is given: Elasticsearch reads them whole in any case.
    """
    begin, size = 0, 0
    for end, hit in enumerate(hits):
        if begin < end and size + size_of(hit) > part_size:
            yield hits[begin:end]
            begin, size = end, 0
        size += size_of(hit)
    if begin < len(hits):
        yield hits[begin:]


def documents_body(ids: Sequence[str], indices: Sequence[str], source: Source) -> Body:
    """Return the body that reads documents by their ids, which a search within the scope has found.

    The id of a document is of its group: it never becomes another group's.
    """
    clauses = [{"ids": {"values": ids}}, {"terms": {"_index": indices}}]
    return {
        "query": {"bool": {"filter": clauses}},
        "size": len(ids),
        "track_total_hits": False,
        "_source": source,
    }


async def newest_hit(store: Store, body: Body, preference: str) -> Hit:
    """Return the log that `api.query.newest_body` finds, without its document; raise `ApiError` 404 for none."""
    (found,) = await store.search([body], preference)
    if not found.hits.hits:
        raise ApiError(404, NO_SUCH_LOG)
    return found.hits.hits[0]


async def read_part(
    store: Store, part: Sequence[Hit], source: Source, *, pit: str = "", preference: str = ""
) -> Sequence[Hit]:
    """Return hits with their documents; raise `ApiError` 503 where one is not found any more."""
    indices = sorted({hit.index for hit in part})
    body = documents_body([hit.id for hit in part], indices, source)
    is_large = sum(size_of(hit, source) for hit in part) > SMALL_BYTES
    async with store.large_reads if is_large else nullcontext():
        (found,) = await store.search([in_point_in_time(body, pit) if pit else body], preference, indices)
    return with_documents(part, found.hits.hits)


def with_documents(part: Sequence[Hit], documents: Sequence[Hit]) -> Sequence[Hit]:
    """Return hits with their documents, in the order of the hits; raise `ApiError` 503 where one is missing."""
    sources = {(document.index, document.id): document.source for document in documents}
    try:
        return [structs.replace(hit, source=sources[hit.index, hit.id]) for hit in part]
    except KeyError:
        raise ApiError(503, "logs were deleted while they were read: try again", reason="a hit is gone") from None
