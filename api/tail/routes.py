"""The routes that follow new logs: one group's, and all."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.access.authorise import authorise, is_allowed
from api.checkpoints.beat import Feed
from api.checkpoints.position import Lanes, Position, end_of, read_event_id
from api.errors import ApiError
from api.openapi import NOT_FOR_TAILS, TAIL_ALL, TAIL_GROUP
from api.query import matching, trial_body
from api.request.params import SearchParams, read_params, shortened
from api.settings import ApiSettings
from api.tail.pages import filter_of
from api.tail.stream import Patience, Stream, Tail

router = APIRouter(prefix="/api", tags=["tail"], dependencies=[Depends(authorise)])


@router.get("/log/{group:text}/tail", summary="Follow one group's new logs", **TAIL_GROUP)
async def tail_group(request: Request, group: Annotated[str, Path(description="The group's name.")]) -> Response:
    """Follow the logs of the group in the path."""
    return await _open(request, read_params(request.scope["query_string"], group, NOT_FOR_TAILS))


@router.get("/logs/tail", summary="Follow all new logs", **TAIL_ALL)
async def tail_all(request: Request) -> Response:
    """Follow the logs of all groups."""
    return await _open(request, read_params(request.scope["query_string"], None, NOT_FOR_TAILS))


async def _open(request: Request, params: SearchParams) -> Response:
    """Return the stream, once it is certain that it can begin: from then on there is no status to answer."""
    state = request.app.state
    feed: Feed = state.feed
    settings: ApiSettings = state.settings
    feed.check()
    await state.store.search([trial_body(matching(params))])
    position = _beginning(request.headers.get("last-event-id", ""), await feed.fresh_lanes())
    tail = Tail(filter_of(params), position, params.message, lambda: is_allowed(request))
    patience = Patience(settings.api_tail_heartbeat_s, settings.api_client_patience_s / 2)
    return Stream(tail, feed, state.backlog, patience)


def _beginning(last_event_id: str, lanes: Lanes) -> Position:
    if not last_event_id:
        return end_of(lanes)
    try:
        position = read_event_id(last_event_id)
    except ValueError:
        raise ApiError(400, f"Last-Event-ID={shortened(last_event_id)}: must be the id of an event of a tail") from None
    if position and not position.keys() & lanes.keys():
        raise ApiError(400, "Last-Event-ID: the logs it was about are no longer there: connect without it")
    return position
