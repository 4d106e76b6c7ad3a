"""One search: the logs of the page, the exact total, the filter menus, and what else was asked for."""

from collections.abc import Iterator, Sequence
from typing import Any

from api.envelope import SearchResult
from api.metrics import ApiMetrics
from api.query import page_body, summary_bodies
from api.request.params import SearchParams
from api.request.view import View
from api.search.cursor import write_cursor
from api.search.highlights import highlights
from api.search.page_start import page_start
from api.store.answers import Hit
from api.store.client import Store


async def find(store: Store, metrics: ApiMetrics, view: View, params: SearchParams) -> SearchResult:
    """Return what a search finds; raise `ApiError` where Elasticsearch does not answer all of it."""
    async with page_start(store, metrics, view, params) as start:
        pages = [page_body(view, params, start)] if start else []
        found = await store.search([*pages, *summary_bodies(view, params)])
    hits = found[0].hits.hits if pages else ()
    # A log may become searchable between the bodies of one request: what is shown is counted too.
    total = max(found[len(pages)].total, params.offset + len(hits) if hits else 0)
    return SearchResult(hits, total, found[-1].aggregations, dict(_extras(view, params, hits)))


def _extras(view: View, params: SearchParams, hits: Sequence[Hit]) -> Iterator[tuple[str, Any]]:
    """Yield the keys that an answer has only on request."""
    if params.highlight:
        yield "highlights", highlights(hits, params.query)
    if params.after is not None:
        yield "after", write_cursor(view, params, hits)
    if params.as_of is not None:
        yield "as_of", params.as_of
