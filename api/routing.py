"""Routes in their two forms: `/api/log/{group}/…` for one group's logs, `/api/logs/…` for all logs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Generic, NamedTuple

from fastapi import APIRouter, Depends, Response
from msgspec import Struct
from starlette.requests import Request

from api.edge.exchange import Reading, exchange_of
from api.openapi.answers import Answer, Documented, attached
from api.openapi.schemas import Schema
from api.request.group_path import Group
from api.request.parameters import Parameter
from api.request.params import Form, P, ParsedRequest
from api.services import services_of
from api.store.client import timed_out

SLACK_S = 0.5  # so that a single search times out in Elasticsearch first


async def authorise(request: Request) -> AsyncIterator[None]:
    """Admit a request that may read its path; raise `ApiError` 401, 403 or 429.

    It counts against the limits of its key until its answer was sent.
    """
    with services_of(request).access.admit(request):
        yield


class Texts(NamedTuple):
    """Two texts: for one group's logs, and for all logs."""

    of_group: str
    of_all: str


class Endpoint(Struct, Generic[P], frozen=True):
    """One endpoint: how its requests are parsed, answered and documented."""

    path: str  # behind `/api/log/{group}` and `/api/logs`
    operations: Texts  # names in the OpenAPI document
    summaries: Texts
    form: Form[P]
    answer: Callable[[Request, ParsedRequest[P]], Awaitable[Response]]
    success: Answer
    group_form: Form[P] | None = None  # of the route for one group, where it differs
    more_parameters: tuple[Schema, ...] = ()  # in the path or in headers, as OpenAPI writes them


async def _answered(endpoint: Endpoint[P], request: Request, parsed: ParsedRequest[P]) -> Response:
    """Return the answer; raise `ApiError` 504 where all its searches together take longer than one may.

    A connection to Elasticsearch whose answer is not awaited is closed, which cancels the search there.
    """
    try:
        async with asyncio.timeout(services_of(request).settings.api_search_timeout_s + SLACK_S):
            return await endpoint.answer(request, parsed)
    except TimeoutError:
        raise timed_out("all searches of the request together") from None


def feature_router(tag: str) -> APIRouter:
    """Return the router of a feature; every route of it needs a key that may read the path."""
    return APIRouter(prefix="/api", tags=[tag], dependencies=[Depends(authorise)], default_response_class=Response)


def add_both_forms(router: APIRouter, endpoint: Endpoint[P]) -> None:
    """Add the route for one group's logs and the route for all logs."""
    group_form = endpoint.group_form or endpoint.form

    async def of_group(request: Request, group: Group) -> Response:
        return await _answered(endpoint, request, await _parsed(request, group_form, group))

    async def of_all(request: Request) -> Response:
        return await _answered(endpoint, request, await _parsed(request, endpoint.form, None))

    def documented(parameters: tuple[Parameter, ...]) -> dict[str, Any]:
        described = tuple(map(_described, parameters))
        return attached(Documented(endpoint.success, (*endpoint.more_parameters, *described)))

    router.add_api_route(
        f"/log/{{group:text}}{endpoint.path}",
        of_group,
        name=endpoint.operations.of_group,
        summary=endpoint.summaries.of_group,
        **documented(group_form.parameters(of_group=True)),
    )
    router.add_api_route(
        f"/logs{endpoint.path}",
        of_all,
        name=endpoint.operations.of_all,
        summary=endpoint.summaries.of_all,
        **documented(endpoint.form.parameters(of_group=False)),
    )


def _described(parameter: Parameter) -> Schema:
    alias = f" Also accepted as `{parameter.alias}`." if parameter.alias else ""
    description = parameter.description + alias
    return {"name": parameter.name, "in": "query", "description": description, "schema": dict(parameter.schema)}


async def _parsed(request: Request, form: Form[P], group: str | None) -> ParsedRequest[P]:
    await services_of(request).store.turns.wait()
    return form.parse(request.scope["query_string"], group, bodies=exchange_of(request.scope).key.bodies)


def reading(request: Request, parsed: ParsedRequest[P]) -> Reading:
    """Begin a line of the audit: the logs that this request reads."""
    begun = Reading(parsed.given, bodies=parsed.params.include_detail)
    exchange_of(request.scope).reading = begun
    return begun
