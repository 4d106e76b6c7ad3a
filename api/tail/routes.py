"""The tail routes: new logs as they become searchable."""

from typing import Any

from fastapi import Request, Response

from api.checkpoints.event_ids import EventIds
from api.checkpoints.position import Position, Shards, end_of
from api.clauses import Body, none_of
from api.edge.exchange import exchange_of
from api.errors import ApiError
from api.openapi.answers import Answer
from api.query import matching, trial_body
from api.request.parameters import Parameter
from api.request.params import PAGING, Form, ParsedRequest, SearchParams, shortened
from api.routing import Endpoint, Texts, add_both_forms, feature_router, reading
from api.services import services_of
from api.tail.pages import selection
from api.tail.stream import Stream, Tail
from api.words.clauses import repeating

router = feature_router("tail")


class TailParams(SearchParams, frozen=True, kw_only=True):
    """Which logs, and after which event."""

    last_event_id: str = ""


TAIL_FORM = Form(
    TailParams,
    without=PAGING | {"as_of"},
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
    await services.store.search([_trial(parsed)])
    shards, ids = await services.moments.poller.fresh_shards(), await services.moments.id_key.event_ids()
    # The header first: a browser that reconnects sends the parameter again as it was at the beginning.
    last = request.headers.get("last-event-id", "") or parsed.params.last_event_id
    position = _first_position(last, shards, ids)
    selected = selection(parsed, services.settings.api_times)
    is_allowed, begun = services.access.still_allows(request), reading(request, parsed)
    return Stream(Tail(selected, position, ids, parsed.message, is_allowed, begun), services)


def _trial(parsed: ParsedRequest[TailParams]) -> Body:
    """Return a body that fails where those of the tail would, and reads no phrases in repetitive logs."""
    return trial_body([*matching(parsed.view, parsed.params), none_of(repeating(1))])


def _first_position(last_event_id: str, shards: Shards, ids: EventIds) -> Position:
    if not last_event_id:
        return end_of(shards)
    try:
        return ids.read(last_event_id, shards)
    except ValueError as error:
        # Browsers do not connect again after a 400: the page decides whether to begin anew.
        wrong = f"Last-Event-ID={shortened(last_event_id)}: {error}: connect without it"
        raise ApiError(400, wrong) from None


_EVENTS = Answer(
    "Server-sent events, without end: each is one log, as the searches answer it.",
    content={
        "text/event-stream": {
            "schema": {"type": "string"},
            "example": 'event: start\nid: 2.q83vEg\ndata: {"message":""}\n\nid: 2.AAAAAH\ndata: {"id":42}\n\n',
        }
    },
)
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
