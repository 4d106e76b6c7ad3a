"""The search routes: `/api/log/{group}/search` and `/api/logs/search`."""

from secrets import token_hex
from typing import Any

from fastapi import Request, Response

from api.openapi.answers import Answer
from api.openapi.example import EXAMPLE_EVENT, example_log
from api.openapi.models import Search
from api.query import MENUS
from api.request.params import Form, ParsedRequest, SearchParams
from api.routing import Endpoint, Texts, add_both_forms, feature_router, reading
from api.search.answer import search_response
from api.search.find import Asked, find
from api.services import services_of
from mappings.instant import Times

router = feature_router("logs")


async def search(request: Request, parsed: ParsedRequest[SearchParams]) -> Response:
    """Answer one page of logs with the exact total and the filter menus."""
    services = services_of(request)
    parsed = await services.resolve(parsed)
    asked = Asked(parsed.view, parsed.params, preference=token_hex(4))
    result = await find(services.store, services.metrics, asked)
    if parsed.params.include_detail and result.hits:
        reading(request, parsed).count = len(result.hits)
    return search_response(services, asked, result, parsed.message)


def _example(times: Times) -> dict[str, Any]:
    menus = {name: [EXAMPLE_EVENT[field]] for name, field in MENUS.items()}
    return {"logs": [example_log(times)], "total": 1, **menus}


add_both_forms(
    router,
    Endpoint(
        path="/search",
        operations=Texts("search_group", "search_all"),
        summaries=Texts("Search one group's logs", "Search all logs"),
        form=Form(SearchParams),
        answer=search,
        success=Answer("The logs of the page.", Search, _example),
    ),
)
