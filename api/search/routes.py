"""The search routes: `/api/log/{group}/search` and `/api/logs/search`."""

from typing import Any

import msgspec
from fastapi import Request, Response

from api.checkpoints.as_of import at_its_moment
from api.envelope import SearchResult, search_answer
from api.openapi import EXAMPLE_EVENT, example_hit, json_answer
from api.query import MENUS
from api.request.params import Form, ParsedRequest, SearchParams
from api.routing import Endpoint, Texts, add_both_forms, feature_router, reading
from api.search.find import find
from api.services import services_of
from api.store.answers import Aggregation, Bucket

router = feature_router("logs")


async def search(request: Request, parsed: ParsedRequest[SearchParams]) -> Response:
    """Answer one page of logs with the exact total and the filter menus."""
    services = services_of(request)
    parsed = await at_its_moment(services.poller, parsed)
    result = await find(services.store, services.metrics, parsed.view, parsed.params)
    if parsed.params.include_detail and result.hits:
        reading(request, parsed).count = len(result.hits)
    body = search_answer(result, parsed.message, with_bodies=parsed.params.include_detail)
    return Response(body, media_type="application/json")


def _documentation() -> dict[str, Any]:
    menus = {name: Aggregation([Bucket(1, EXAMPLE_EVENT[field])]) for name, field in MENUS.items()}  # type: ignore[arg-type]
    answer = search_answer(SearchResult([example_hit()], 1, menus), "", with_bodies=True)
    return json_answer("The logs of the page.", msgspec.json.decode(answer))


add_both_forms(
    router,
    Endpoint(
        path="/search",
        operations=Texts("search_group", "search_all"),
        summaries=Texts("Search one group's logs", "Search all logs"),
        form=Form(SearchParams),
        answer=search,
        success=_documentation(),
    ),
)
