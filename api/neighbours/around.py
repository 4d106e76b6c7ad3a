"""The logs before and after one log, in the order of time: bodies out. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from api.clauses import Body, none_of, term
from api.query import PageStart, page_body
from api.request.params import SearchParams
from api.request.view import View
from api.store.answers import Hit
from mappings.index import TIE

SHARED: Mapping[str, tuple[str, ...]] = {  # name → fields that neighbours have in common with the log
    "token": ("group", "token_name"),
    "user": ("group", "user"),
    "group": ("group",),
    "ip": ("ip",),
    "model": ("model",),
    "channel": ("channel",),
    "any": (),
}
DEFAULT_SHARED = "token"


class NeighboursParams(SearchParams, frozen=True, kw_only=True):
    """Which logs count as neighbours, and how many of them."""

    by: str = DEFAULT_SHARED
    size: int = 10


def neighbour_bodies(view: View, params: NeighboursParams, hit: Hit) -> list[Body]:
    """Return the bodies of the logs before one log, the nearest first, and of those after it."""
    wanted = structs.replace(params, per_page=params.size, include_detail=False)
    return [_body(view, wanted, hit, direction) for direction in ("desc", "asc")]


def _body(view: View, params: NeighboursParams, hit: Hit, direction: str) -> Body:
    # Both directions break ties by the same field, so that no log is on both sides and none on neither.
    order = [{"created_at": {"order": direction}}, {TIE: {"order": direction}}]
    end = "lte" if direction == "desc" else "gte"
    bound: Body = {"range": {"created_at": {end: hit.sort[0], "format": "epoch_millis"}}}
    start = PageStart(clauses=[bound, *_in_common(params.by, hit)])
    return {**page_body(view, params, start), "sort": order, "search_after": list(hit.sort[:2])}


def _in_common(by: str, hit: Hit) -> Sequence[Body]:
    return [_same(field, msgspec.json.decode(hit.source.get(field, b"null"))) for field in SHARED[by]]


def _same(field: str, value: Any) -> Body:
    """Match the logs that have the same value, or none where this one has none."""
    if field == "ip" and value:
        return term("ip.written", value)
    return term(field, value) if value else none_of({"bool": {"filter": [_present(field)]}})


def _present(field: str) -> Body:
    empty: str | int = 0 if field == "channel" else ""
    return {"bool": {"filter": [{"exists": {"field": field}}], "must_not": [term(field, empty)]}}
