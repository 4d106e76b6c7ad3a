"""One search: which logs the page has, the exact total, the filter menus, and what else was asked for."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from api.envelope import SearchResult
from api.metrics import ApiMetrics
from api.query import page_body, summary_bodies
from api.request.params import SearchParams
from api.request.view import View
from api.search.cursor import write_cursor
from api.search.page_start import page_start
from api.store.answers import Hit
from api.store.client import Store


class Asked(Struct, frozen=True):
    """A search, and the name by which the copies of shards are chosen that answer all parts of it."""

    view: View
    params: SearchParams
    preference: str


async def find(store: Store, metrics: ApiMetrics, asked: Asked) -> SearchResult:
    """Return what a search finds, the logs of the page without their documents.

    Raise `ApiError` where Elasticsearch does not answer all of it.
    """
    view, params = asked.view, asked.params
    async with page_start(store, metrics, view, params) as start:
        pages = [page_body(view, params, start)] if start else []
        bodies = [*pages, *summary_bodies(view, params)]
        found = await store.search(bodies, asked.preference, whose=view.whose)
    hits = found[0].hits.hits if pages else ()
    # A log may become searchable between the bodies of one request: what is shown is counted too.
    total = max(found[len(pages)].total, params.offset + len(hits) if hits else 0)
    return SearchResult(hits, total, found[-1].aggregations, dict(_extras(view, params, hits)))


def _extras(view: View, params: SearchParams, hits: Sequence[Hit]) -> Iterator[tuple[str, Any]]:
    """Yield the keys that an answer has only on request."""
    if params.after is not None:
        yield "after", write_cursor(view, params, hits)
    if params.as_of is not None:
        yield "as_of", params.as_of
