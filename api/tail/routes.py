"""The tail routes: new logs as they become searchable."""

from typing import Any

from fastapi import Request, Response

from api.checkpoints.position import Position, Shards, end_of, parse_event_id
from api.edge.exchange import exchange_of
from api.errors import ApiError
from api.query import matching, trial_body
from api.request.parameters import Parameter
from api.request.params import Form, ParsedRequest, SearchParams, shortened
from api.routing import Endpoint, Texts, add_both_forms, feature_router, reading
from api.services import services_of
from api.tail.pages import selection
from api.tail.stream import Stream, Tail

router = feature_router("tail")


class TailParams(SearchParams, frozen=True, kw_only=True):
    """Which logs, and after which event."""

    last_event_id: str = ""


TAIL_FORM = Form(
    TailParams,
    without=frozenset({"page", "per_page", "order", "highlight", "after", "as_of"}),
    own=(
        Parameter(
            "last_event_id",
            str,
            "As the header `Last-Event-ID`, for a client that can send none. The header wins.",
            alias="lastEventId",
        ),
    ),
)


async def tail(request: Request, parsed: ParsedRequest[TailParams]) -> Response:
    """Answer the stream, once it is certain that it can begin: after its head no status can be sent."""
    services = services_of(request)
    services.tails.check(exchange_of(request.scope).key)
    await services.store.search([trial_body(matching(parsed.view, parsed.params))])
    shards = await services.poller.fresh_shards()
    # The header first: a browser that reconnects sends the parameter again as it was at the beginning.
    last = request.headers.get("last-event-id", "") or parsed.params.last_event_id
    position = _first_position(last, shards)
    is_allowed = services.access.still_allows(request)
    return Stream(Tail(selection(parsed), position, parsed.message, is_allowed, reading(request, parsed)), services)


def _first_position(last_event_id: str, shards: Shards) -> Position:
    if not last_event_id:
        return end_of(shards)
    try:
        position = parse_event_id(last_event_id)
    except ValueError:
        raise ApiError(400, f"Last-Event-ID={shortened(last_event_id)}: must be the id of an event of a tail") from None
    if position and not position.keys() & shards.keys():
        raise ApiError(400, "Last-Event-ID: its indices no longer exist: connect without it")
    return position


_EVENTS: dict[str, Any] = {
    "description": "Server-sent events, without end: each is one log, as the searches answer it.",
    "content": {
        "text/event-stream": {
            "schema": {"type": "string"},
            "example": 'event: start\nid: 1.\ndata: {"message":""}\n\nid: 1.q83vEgAAAAAH\ndata: {"id":42}\n\n',
        }
    },
}
_LAST_EVENT_ID: dict[str, Any] = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The id of the last event that was received: the tail continues after it.",
    "schema": {"type": "string"},
}
add_both_forms(
    router,
    Endpoint(
        path="/tail",
        operations=Texts("tail_group", "tail_all"),
        summaries=Texts("Follow one group's new logs", "Follow all new logs"),
        form=TAIL_FORM,
        answer=tail,
        success=_EVENTS,
        more_parameters=(_LAST_EVENT_ID,),
    ),
)
