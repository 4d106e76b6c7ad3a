"""One log with its bodies: by the gateway's id, or by the request's."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.access.authorise import authorise
from api.envelope import log, success
from api.errors import ApiError
from api.openapi import described, one_log
from api.query import Body, matching, newest_body, term
from api.request.group_path import Group
from api.request.parameters import int64
from api.request.params import Form, SearchParams, shortened
from api.store.client import Store

FORM = Form(SearchParams, without=frozenset({"page", "per_page", "order", "highlight", "after", "as_of"}))
_ALL, _GROUP = (described(FORM.rules(group), one_log()) for group in (None, "group"))
_ID = Path(description="The gateway's `id` of the log.", json_schema_extra={"format": "int64"})

router = APIRouter(prefix="/api", tags=["detail"], dependencies=[Depends(authorise)])


@router.get("/log/{group:text}/detail/{id}", summary="One log of one group, by its id", **_GROUP)
async def detail_group(request: Request, group: Group, id: Annotated[str, _ID]) -> Response:  # noqa: A002
    """Give one log of the group in the path."""
    return await _by_id(request, FORM.read(request.scope["query_string"], group), id)


@router.get("/logs/detail/{id}", summary="One log, by its id", **_ALL)
async def detail_all(request: Request, id: Annotated[str, _ID]) -> Response:  # noqa: A002  # the contract's name
    """Give one log of any group."""
    return await _by_id(request, FORM.read(request.scope["query_string"], None), id)


@router.get("/log/{group:text}/detail", summary="One log of one group, by its request_id", **_GROUP)
async def detail_group_by_request(request: Request, group: Group) -> Response:
    """Give one log of the group in the path."""
    return await _by_request(request, FORM.read(request.scope["query_string"], group))


@router.get("/logs/detail", summary="One log, by its request_id", **_ALL)
async def detail_all_by_request(request: Request) -> Response:
    """Give one log of any group."""
    return await _by_request(request, FORM.read(request.scope["query_string"], None))


async def _by_id(request: Request, params: SearchParams, text: str) -> Response:
    try:
        number = int64(text)
    except ValueError:
        raise ApiError(400, f"id={shortened(text)}: must be a whole number of 64 bits") from None
    return await _newest(request, params, [*matching(params), term("id", number)])


async def _by_request(request: Request, params: SearchParams) -> Response:
    if not params.request_id:
        raise ApiError(400, "which log? Give its id, as detail/42, or its request, as detail?request_id=...")
    return await _newest(request, params, matching(params))


async def _newest(request: Request, params: SearchParams, clauses: list[Body]) -> Response:
    """Answer the newest of the logs that match: gateways that start anew may give an id again."""
    store: Store = request.app.state.store
    (found,) = await store.search([newest_body(params, clauses)])
    if not found.hits.hits:
        raise ApiError(404, "there is no such log, or it is not among the logs that this path and these filters show")
    data = log(found.hits.hits[0], with_bodies=params.include_detail)
    return Response(success(data, params.message), media_type="application/json")
