"""The facet routes: values of fields with the number of logs that have each."""

import re
from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response

from api.envelope import success
from api.errors import ApiError
from api.facets.letter_case import starts_in_any_case
from api.facets.values import FIELDS, FIELDS_OF_A_GROUP, FacetParams, counts, facet
from api.openapi.answers import Answer
from api.openapi.models import Facets
from api.query import NUMBER_FIELDS
from api.request.parameters import Parameter, one_of, whole_number
from api.request.params import PAGING, Form, ParsedRequest, shortened
from api.routing import Endpoint, Texts, add_both_forms, feature_router
from api.services import services_of
from api.store.held_answer import written_answer

MAX_VALUES = 100
MAX_PREFIX_LENGTH = 256  # characters
_DIGITS = re.compile(r"[1-9]\d{0,18}", re.ASCII)

router = feature_router("facets")


async def facets(request: Request, parsed: ParsedRequest[FacetParams]) -> Response:
    """Answer the values of each field; raise `ApiError` 400 for a prefix that does not fit its field."""
    _check_prefix(parsed.params)
    services = services_of(request)
    parsed = await services.resolve(parsed)
    fields = FIELDS_OF_A_GROUP if parsed.view.group is not None else tuple(FIELDS)
    asked = counts(parsed.view, parsed.params, (parsed.params.field,) if parsed.params.field else fields)
    found = await services.store.search([count.body for count in asked], whose=parsed.view.whose)
    counted = {field: facet(field, each) for count, each in zip(asked, found, strict=True) for field in count.fields}
    in_order = {field: counted[field] for field in fields if field in counted}
    body = success({"total": found[0].total, "facets": in_order}, parsed.message)
    return written_answer(services.budget, body)


def _check_prefix(params: FacetParams) -> None:
    if params.prefix and not params.field:
        raise ApiError(400, f"prefix={shortened(params.prefix)}: prefix requires field")
    if params.prefix and params.field in NUMBER_FIELDS and not _DIGITS.fullmatch(params.prefix):
        raise ApiError(400, f"prefix={shortened(params.prefix)}: must be the first digits of a number")


def _prefix(text: str) -> str:
    if len(text) > MAX_PREFIX_LENGTH:
        raise ValueError
    starts_in_any_case("", text)  # raises
    return text


def _form(fields: Sequence[str]) -> Form[FacetParams]:
    prefix = "Only values with this prefix, in any letter case; requires `field`."
    own = (
        whole_number("size", range(1, MAX_VALUES + 1), "Values of each field, the most frequent first.", 20),
        one_of("field", fields, "Only this field."),
        Parameter("prefix", _prefix, prefix, f"at most {MAX_PREFIX_LENGTH} characters, less with many accents"),
    )
    return Form(FacetParams, PAGING | {"include_detail"}, own)


_EXAMPLE: dict[str, Any] = {
    "total": 42,
    "facets": {
        "model": {"values": [{"value": "gpt-4o", "count": 40}], "distinct": 2, "other": 1, "none": 1, "exact": True}
    },
}
add_both_forms(
    router,
    Endpoint(
        path="/facets",
        operations=Texts("facets_group", "facets_all"),
        summaries=Texts("Count one group's values", "Count the values of all logs"),
        form=_form(tuple(FIELDS)),
        group_form=_form(FIELDS_OF_A_GROUP),
        answer=facets,
        success=Answer("The values with the number of logs that have each.", Facets, lambda _: _EXAMPLE),
    ),
)
