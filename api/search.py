"""One search: params in, the logs of the page, the exact total and the filter menus out."""

from collections.abc import Sequence

from api.answer import Found, Hit
from api.highlights import highlights
from api.metrics import Metrics
from api.params import SearchParams
from api.query import hits_body, summary_bodies
from api.response import Page
from api.seek import WINDOW, find_deep_page
from api.store import Store


async def search(store: Store, metrics: Metrics, params: SearchParams) -> Page:
    """Return what a search finds; raise `ApiError` where Elasticsearch does not say."""
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
    besides = {"highlights": highlights(hits, params.query)} if params.highlight else {}
    return Page(hits, max(counted, shown), summary[-1].aggregations, besides)
