"""The freshness routes: the time of the newest log that a search would find, and how far the index is behind Kafka."""

import asyncio
from time import time_ns
from typing import Any

from fastapi import Request, Response

from api.envelope import success
from api.openapi.answers import Answer
from api.openapi.models import Freshness
from api.query import newest_body
from api.request.params import PAGING, Form, ParsedRequest, SearchParams
from api.routing import Endpoint, Texts, add_both_forms, feature_router
from api.services import services_of
from api.store.progress import IndexProgress, read_progress
from mappings.instant import format_rfc3339

FRESHNESS_FORM = Form(SearchParams, PAGING | {"include_detail", "as_of"})

router = feature_router("freshness")


async def freshness(request: Request, parsed: ParsedRequest[SearchParams]) -> Response:
    """Answer when the newest log was created, and how long ago that was by the clock of this process."""
    services = services_of(request)
    parsed, store = await services.resolve(parsed), services.store
    newest = store.search([newest_body(parsed.view, parsed.params)])
    [found], progress = await asyncio.gather(newest, read_progress(store))
    now_ms = time_ns() // 1_000_000
    newest_ms = next((int(hit.sort[0]) for hit in found.hits.hits if hit.sort[0] is not None), None)
    data = {
        "now": format_rfc3339(now_ms),
        "newest": "" if newest_ms is None else format_rfc3339(newest_ms),
        "age_milliseconds": None if newest_ms is None else now_ms - newest_ms,
        "index": _index(progress, now_ms, shows_counts=parsed.view.group is None),
    }
    return Response(success(data, parsed.message), media_type="application/json")


def _index(progress: IndexProgress | None, now_ms: int, *, shows_counts: bool) -> dict[str, Any]:
    """Return how far the index is. The number of records counts all groups, so one group's route does not tell it."""
    complete_to = progress.complete_to if progress else None
    return {
        "complete_to": "" if complete_to is None else format_rfc3339(complete_to),
        "behind_milliseconds": None if complete_to is None else max(0, now_ms - complete_to),
        "waiting": progress.waiting if progress and shows_counts else None,
        "reported_at": format_rfc3339(progress.checked_at) if progress else "",
    }


_EXAMPLE = {
    "now": "2026-11-24T12:00:02.500Z",  # where no log matches
    "newest": "",
    "age_milliseconds": None,
    "index": {
        "complete_to": "2026-11-24T12:00:00.100Z",
        "behind_milliseconds": 2400,
        "waiting": 0,
        "reported_at": "2026-11-24T12:00:00.100Z",
    },
}
add_both_forms(
    router,
    Endpoint(
        path="/freshness",
        operations=Texts("freshness_group", "freshness_all"),
        summaries=Texts("How new one group's newest log is", "How new the newest log is"),
        form=FRESHNESS_FORM,
        answer=freshness,
        success=Answer(
            "The time of the newest log, and how far the index is behind Kafka.", Freshness, lambda _: _EXAMPLE
        ),
    ),
)
