"""The error routes: failed requests in groups of the same message."""

import asyncio
from secrets import token_hex

from fastapi import Request, Response

from api.envelope import success
from api.error_groups.groups import GROUP_FIELDS, ErrorGroupsParams, Failed, error_bodies, grouped
from api.error_groups.sample import memory_of, read_errors
from api.openapi.answers import Answer
from api.openapi.models import ErrorGroups
from api.request.parameters import whole_number
from api.request.params import PAGING, Form, ParsedRequest
from api.routing import Endpoint, Texts, add_both_forms, feature_router
from api.services import services_of
from api.store.budget import PATIENCE_S
from api.store.held_answer import written_answer

MAX_GROUPS = 100
MAX_SAMPLE = 10_000  # errors; index.max_result_window
ERRORS_FORM = Form(
    ErrorGroupsParams,
    PAGING | {"include_detail", "code_type"},
    (
        whole_number("size", range(1, MAX_GROUPS + 1), "Groups, the largest first.", 20),
        whole_number("sample", range(1, MAX_SAMPLE + 1), "Errors that are read, the newest first.", 2_000),
    ),
)

router = feature_router("errors")


async def error_groups(request: Request, parsed: ParsedRequest[ErrorGroupsParams]) -> Response:
    """Answer the newest errors that match, in groups."""
    services = services_of(request)
    parsed = await services.resolve(parsed)
    fields = GROUP_FIELDS if parsed.view.group is None else tuple(field for field in GROUP_FIELDS if field != "group")
    preference = token_hex(4)
    bodies = error_bodies(parsed.view, parsed.params)
    page, counted = await services.store.search(bodies, preference, whose=parsed.view.whose)
    with await services.budget.take(memory_of(page.hits.hits), PATIENCE_S):
        errors = await read_errors(services.store, page.hits.hits, preference)
        # In a thread, so that other requests are answered meanwhile.
        data = await asyncio.to_thread(grouped, errors, max(counted.total, len(errors)), parsed.params.size, fields)
    note = _note(len(errors), len(page.hits.hits))
    return written_answer(services.budget, success(data, parsed.message, note))


def _note(read: int, found: int) -> str:
    return f"the errors are large: the newest {read} of {found} were read" if read < found else ""


_FAILED = Failed(
    created_at=1795521600123,
    id=42,
    request_id="1795521600123456",
    content="Rate limit reached: limit 500, used 500",
    channel=3,
    model="gpt-4o",
    group="ns-admin",
    code=429,
)
_EXAMPLE = grouped([_FAILED], 1, 1, GROUP_FIELDS)
add_both_forms(
    router,
    Endpoint(
        path="/errors",
        operations=Texts("errors_group", "errors_all"),
        summaries=Texts("Group one group's errors by message", "Group all errors by message"),
        form=ERRORS_FORM,
        answer=error_groups,
        success=Answer("The groups, the largest first.", ErrorGroups, lambda _: _EXAMPLE),
    ),
)
