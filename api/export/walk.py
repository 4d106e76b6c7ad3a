"""All logs that match, page by page, from one point in time; the next page is asked for while one is written."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from msgspec import Struct

from api.query import Body, walk_body
from api.request.params import SearchParams
from api.store.answers import Hit
from api.store.client import Store

PAGE_BYTES = 1_000_000  # two pages are in memory at one time, each as bytes and as what is made of them
FIRST = 10  # logs: nothing is known yet about how large they are, and one has up to two megabytes


class Walk(Struct, frozen=True):
    """Which logs to walk through, which of their fields are read, and how many at most: in a page, and in all."""

    params: SearchParams
    source: Body
    most: int
    limit: int


async def pages(store: Store, pit: str, walk: Walk) -> AsyncGenerator[Sequence[Hit], None]:
    """Give the logs in their order; raise `ApiError` where Elasticsearch does not say."""
    left, asked = walk.limit, min(FIRST, walk.most, walk.limit)
    coming = asyncio.create_task(_page(store, pit, walk_body(walk.params, walk.source, asked)))
    try:
        while hits := await coming:
            left -= len(hits)
            is_full = len(hits) == asked
            asked = min(next_size(hits, walk.most), left)
            if is_full and asked:
                body = walk_body(walk.params, walk.source, asked, hits[-1].sort)
                coming = asyncio.create_task(_page(store, pit, body))
            yield hits
            if not (is_full and asked):
                return
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _page(store: Store, pit: str, body: Body) -> Sequence[Hit]:
    (found,) = await store.search([body], pit)
    return found.hits.hits


def next_size(hits: Sequence[Hit], most: int) -> int:
    """Return how many logs make a page of about the bytes that it should have, judged by the page before.

    It doubles at most: the next logs may be larger.
    """
    weight = sum(len(raw) for hit in hits for raw in hit.source.values()) + 1
    return max(min(PAGE_BYTES * len(hits) // weight, 2 * len(hits), most), 1)
