"""One log with its bodies: by the gateway's id, or by the request's id."""

from collections.abc import AsyncGenerator, Sequence
from secrets import token_hex

from fastapi import Request, Response
from msgspec import structs

from api.clauses import Body, term
from api.envelope import LogFormat, detailed_log, success
from api.errors import ApiError
from api.openapi.answers import ID_IN_PATH, Answer
from api.openapi.example import example_detail
from api.openapi.models import DetailedLog
from api.query import newest_body
from api.request.params import PAGING, Form, ParsedRequest, SearchParams, log_id
from api.routing import Endpoint, Texts, add_both_forms, feature_router, reading
from api.services import services_of
from api.store.documents import newest_hit, read_part, source_of
from api.store.held_answer import HeldAnswer, memory_for

DETAIL_FORM = Form(SearchParams, without=PAGING | {"as_of"})
ONE_LOG = Answer("The log.", DetailedLog, example_detail)
router = feature_router("detail")


async def by_id(request: Request, parsed: ParsedRequest[SearchParams]) -> Response:
    """Answer the log with the id in the path; raise `ApiError` 400 or 404."""
    number = log_id(request.path_params["id"])
    parsed = structs.replace(parsed, given=(f"id={number}", *parsed.given))
    return await _newest(request, parsed, [term("id", number)])


async def by_request_id(request: Request, parsed: ParsedRequest[SearchParams]) -> Response:
    """Answer the log with the parameter `request_id`; raise `ApiError` 400 or 404."""
    if not parsed.params.request_id:
        raise ApiError(400, "which log? Send its id, as detail/42, or its request's id, as detail?request_id=...")
    return await _newest(request, parsed)


async def _newest(request: Request, parsed: ParsedRequest[SearchParams], clauses: Sequence[Body] = ()) -> Response:
    """Answer the newest of the logs that match: a gateway that was reset may use an id again."""
    services, preference = services_of(request), token_hex(4)
    parsed = await services.resolve(parsed, clauses)
    hits = [await newest_hit(services.store, newest_body(parsed.view, parsed.params, clauses), preference)]
    if parsed.params.include_detail:
        reading(request, parsed).count = 1
    source = source_of(parsed.view, parsed.params)
    form = LogFormat(parsed.params.include_detail, services.settings.api_times)

    async def pieces() -> AsyncGenerator[bytes, None]:
        [hit] = await read_part(services.store, hits, source, preference=preference)
        yield success(detailed_log(hit, form), parsed.message)

    return HeldAnswer(services.budget, memory_for(hits, source, written=2), pieces)


add_both_forms(
    router,
    Endpoint(
        path="/detail/{id}",
        operations=Texts("detail_group", "detail_all"),
        summaries=Texts("One log of one group, by its id", "One log, by its id"),
        form=DETAIL_FORM,
        answer=by_id,
        success=ONE_LOG,
        more_parameters=(ID_IN_PATH,),
    ),
)
add_both_forms(
    router,
    Endpoint(
        path="/detail",
        operations=Texts("detail_group_by_request", "detail_all_by_request"),
        summaries=Texts("One log of one group, by its request_id", "One log, by its request_id"),
        form=DETAIL_FORM,
        answer=by_request_id,
        success=ONE_LOG,
    ),
)
