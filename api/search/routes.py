"""The two routes: one group's logs, and all logs."""

from fastapi import APIRouter, Depends, Request, Response

from api.access.authorise import authorise
from api.checkpoints.as_of import hold
from api.envelope import envelope
from api.openapi import SEARCH_ALL, SEARCH_GROUP
from api.request.group_path import Group
from api.request.params import SearchParams, read_params
from api.search.find import search

router = APIRouter(prefix="/api", tags=["logs"], dependencies=[Depends(authorise)])


@router.get("/log/{group:text}/search", summary="Search one group's logs", **SEARCH_GROUP)
async def search_group(request: Request, group: Group) -> Response:
    """Search the logs of the group in the path."""
    return await _answer(request, read_params(request.scope["query_string"], group))


@router.get("/logs/search", summary="Search all logs", **SEARCH_ALL)
async def search_all(request: Request) -> Response:
    """Search the logs of all groups."""
    return await _answer(request, read_params(request.scope["query_string"], None))


async def _answer(request: Request, params: SearchParams) -> Response:
    state = request.app.state
    params = await hold(state.feed, params)
    page = await search(state.store, state.metrics, params)
    body = envelope(page, params.message, with_bodies=params.include_detail)
    return Response(body, media_type="application/json")
