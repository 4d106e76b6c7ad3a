"""The freshness routes: the time of the newest log that a search would find."""

from time import time_ns

from fastapi import Request, Response

from api.envelope import success
from api.openapi.answers import Answer
from api.openapi.models import Freshness
from api.query import newest_body
from api.request.params import Form, ParsedRequest, SearchParams
from api.routing import Endpoint, Texts, add_both_forms, feature_router
from api.services import services_of
from mappings.instant import format_rfc3339

FRESHNESS_FORM = Form(
    SearchParams, frozenset({"page", "per_page", "order", "include_detail", "highlight", "after", "as_of"})
)

router = feature_router("freshness")


async def freshness(request: Request, parsed: ParsedRequest[SearchParams]) -> Response:
    """Answer when the newest log was created, and how long ago that was by the clock of this process."""
    (found,) = await services_of(request).store.search([{**newest_body(parsed.view, parsed.params), "_source": False}])
    now_ms = time_ns() // 1_000_000
    newest_ms = next((int(hit.sort[0]) for hit in found.hits.hits if hit.sort[0] is not None), None)
    data = {
        "now": format_rfc3339(now_ms),
        "newest": "" if newest_ms is None else format_rfc3339(newest_ms),
        "age_milliseconds": None if newest_ms is None else now_ms - newest_ms,
    }
    return Response(success(data, parsed.message), media_type="application/json")


_EXAMPLE = {"now": "2026-11-24T12:00:02.500Z", "newest": "2026-11-24T12:00:00.123Z", "age_milliseconds": 2377}
add_both_forms(
    router,
    Endpoint(
        path="/freshness",
        operations=Texts("freshness_group", "freshness_all"),
        summaries=Texts("How new one group's newest log is", "How new the newest log is"),
        form=FRESHNESS_FORM,
        answer=freshness,
        success=Answer("The time of the newest log.", Freshness, lambda _: _EXAMPLE),
    ),
)
