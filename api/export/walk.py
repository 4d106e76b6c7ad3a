"""All logs that match, page by page, in one point in time; the next page is read while the current one is written."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from msgspec import Struct, structs

from api.query import Body, PageStart, page_body
from api.request.params import SearchParams
from api.request.view import View
from api.store.answers import Hit
from api.store.client import Store

PAGE_BYTES = 1_000_000  # two pages are in memory at one time, each as bytes and as rows
FIRST_PAGE_LOGS = 10  # logs; the size of a log is unknown yet, and may be two megabytes


class Walk(Struct, frozen=True):
    """Which logs to read, which of their fields, and how many at most."""

    view: View
    params: SearchParams
    source: Body  # the `_source` of the searches
    page_limit: int  # logs
    limit: int  # logs


async def pages(store: Store, pit: str, walk: Walk) -> AsyncGenerator[Sequence[Hit], None]:
    """Yield the logs in their order; raise `ApiError` where Elasticsearch does not answer."""
    left, asked = walk.limit, min(FIRST_PAGE_LOGS, walk.page_limit, walk.limit)
    coming = asyncio.create_task(_page(store, walk, asked, PageStart(pit=pit)))
    try:
        while hits := await coming:
            left -= len(hits)
            is_full = len(hits) == asked
            asked = min(next_size(hits, walk.page_limit), left)
            if is_full and asked:
                coming = asyncio.create_task(_page(store, walk, asked, PageStart(after=hits[-1].sort, pit=pit)))
            yield hits
            if not (is_full and asked):
                return
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _page(store: Store, walk: Walk, size: int, start: PageStart) -> Sequence[Hit]:
    body = page_body(walk.view, structs.replace(walk.params, per_page=size), start)
    (found,) = await store.search([{**body, "_source": walk.source}])
    return found.hits.hits


def next_size(hits: Sequence[Hit], page_limit: int) -> int:
    """Return how many logs make a page of about `PAGE_BYTES`, estimated from the page before.

    It at most doubles: the next logs may be larger.
    """
    size = sum(len(raw) for hit in hits for raw in hit.source.values()) + 1
    return max(min(PAGE_BYTES * len(hits) // size, 2 * len(hits), page_limit), 1)
