"""One search: params in, the logs of the page, the exact total and the filter menus out."""

from collections.abc import Iterator, Sequence
from typing import Any

from api.envelope import Page
from api.metrics import Metrics
from api.query import after_body, hits_body, summary_bodies
from api.request.params import SearchParams
from api.search.cursor import read_cursor, write_cursor
from api.search.deep_pages import WINDOW, find_deep_page
from api.search.highlights import highlights
from api.store.answers import Found, Hit
from api.store.client import Store


async def search(store: Store, metrics: Metrics, params: SearchParams) -> Page:
    """Return what a search finds; raise `ApiError` where Elasticsearch does not say."""
    if params.after is not None:
        hits_after = after_body(params, read_cursor(params))
        found, *summary = await store.search([hits_after, *summary_bodies(params)])
        return _page(params, found.hits.hits, summary)
    if params.offset + params.per_page <= WINDOW:
        found, *summary = await store.search([hits_body(params), *summary_bodies(params)])
        return _page(params, found.hits.hits, summary)
    summary = list(await store.search(summary_bodies(params)))
    page = _page(params, (), summary)
    if params.offset >= page.total:
        return page
    found, steps = await find_deep_page(store, params)
    metrics.seek_steps.observe(steps)
    return _page(params, found.hits.hits, summary)


def _page(params: SearchParams, hits: Sequence[Hit], summary: Sequence[Found]) -> Page:
    # A log may become searchable between the bodies of one request: what is shown is counted too.
    counted = summary[0].hits.total.value if summary[0].hits.total else 0
    shown = params.offset + len(hits) if hits else 0
    return Page(hits, max(counted, shown), summary[-1].aggregations, dict(_besides(params, hits)))


def _besides(params: SearchParams, hits: Sequence[Hit]) -> Iterator[tuple[str, Any]]:
    """Give what is in an answer only when it is asked for."""
    if params.highlight:
        yield "highlights", highlights(hits, params.query)
    if params.after is not None:
        yield "after", write_cursor(params, hits)
    if params.as_of is not None:
        yield "as_of", params.as_of
