"""The routes that count values: what filter menus offer, with a number beside each entry."""

import re
from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request, Response

from api.access.authorise import authorise
from api.checkpoints.as_of import hold
from api.envelope import success
from api.errors import ApiError
from api.facets.values import FIELDS, FIELDS_OF_A_GROUP, NUMBERS, FacetParams, counts, facet
from api.openapi import answered, described
from api.request.group_path import Group
from api.request.parameters import Rule, one_of, whole_number
from api.request.params import Form, shortened
from api.store.client import Store

MAX_SIZE = 100
LONGEST_PREFIX = 256  # characters
NOT_FOR_FACETS = frozenset({"page", "per_page", "order", "include_detail", "highlight", "after"})
_DIGITS = re.compile(r"[1-9]\d{0,18}", re.ASCII)


def _prefix(text: str) -> str:
    if len(text) > LONGEST_PREFIX:
        raise ValueError
    return text


def _form(fields: Sequence[str]) -> Form[FacetParams]:
    prefix = "Only values that begin so, whatever their letter case; goes with `field`."
    own = (
        whole_number("size", range(1, MAX_SIZE + 1), "Values of each field, the most frequent first.", 20),
        one_of("field", fields, "Only this field."),
        Rule("prefix", _prefix, prefix, f"at most {LONGEST_PREFIX} characters"),
    )
    return Form(FacetParams, NOT_FOR_FACETS, own)


_EXAMPLE = answered(
    "The values and how many logs have each.",
    {
        "data": {
            "total": 42,
            "facets": {
                "model": {
                    "values": [{"value": "gpt-4o", "count": 40}],
                    "distinct": 2,
                    "other": 1,
                    "none": 1,
                    "exact": True,
                }
            },
        },
        "message": "",
        "success": True,
    },
)
_ALL, _ONE_GROUP = _form(tuple(FIELDS)), _form(FIELDS_OF_A_GROUP)
router = APIRouter(prefix="/api", tags=["facets"], dependencies=[Depends(authorise)])


@router.get("/log/{group:text}/facets", summary="Count one group's values", **described(_ONE_GROUP.rules(""), _EXAMPLE))
async def facets_group(request: Request, group: Group) -> Response:
    """Count the values in the logs of the group in the path."""
    return await _answer(request, _ONE_GROUP.read(request.scope["query_string"], group), FIELDS_OF_A_GROUP)


@router.get("/logs/facets", summary="Count the values of all logs", **described(_ALL.rules(None), _EXAMPLE))
async def facets_all(request: Request) -> Response:
    """Count the values in the logs of all groups."""
    return await _answer(request, _ALL.read(request.scope["query_string"], None), tuple(FIELDS))


async def _answer(request: Request, params: FacetParams, fields: Sequence[str]) -> Response:
    _check_prefix(params)
    params = await hold(request.app.state.feed, params)
    store: Store = request.app.state.store
    asked = counts(params, (params.field,) if params.field else fields)
    found = await store.search([count.body for count in asked])
    facets = {field: facet(field, each) for count, each in zip(asked, found, strict=True) for field in count.fields}
    in_order = {field: facets[field] for field in fields if field in facets}
    total = found[0].hits.total.value if found[0].hits.total else 0
    body = success({"total": total, "facets": in_order}, params.message)
    return Response(body, media_type="application/json")


def _check_prefix(params: FacetParams) -> None:
    if params.prefix and not params.field:
        raise ApiError(400, f"prefix={shortened(params.prefix)}: goes with field, which names where to look for it")
    if params.prefix and params.field in NUMBERS and not _DIGITS.fullmatch(params.prefix):
        raise ApiError(400, f"prefix={shortened(params.prefix)}: must be the first digits of a number")
