"""Where the page of a search begins: the one way to it, whether the page is shallow, deep, or named by a cursor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.metrics import ApiMetrics
from api.query import PageStart
from api.request.params import SearchParams
from api.request.view import View
from api.search.cursor import read_cursor
from api.search.deep_pages import locate
from api.store.client import Store

# Rows that `from` skips. Elasticsearch allows 10,000, but there locating the page is faster already.
MAX_SKIP = 5_000


@asynccontextmanager
async def page_start(
    store: Store, metrics: ApiMetrics, view: View, params: SearchParams
) -> AsyncIterator[PageStart | None]:
    """Yield the start of a page, or None where it is past the end; the point in time of a deep page stays open.

    Raise `ApiError` 400 for a cursor that is not of this search.
    """
    if params.after is not None:
        yield PageStart(after=read_cursor(view, params))
    elif params.offset + params.per_page <= MAX_SKIP:
        yield PageStart(skip=params.offset)
    else:
        async with store.point_in_time() as pit:
            start, steps = await locate(store, view, params, pit)
            metrics.seek_steps.observe(steps)
            yield start
