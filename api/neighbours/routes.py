"""The neighbour routes: what happened just before and after one log."""

from secrets import token_hex
from typing import Any

from fastapi import Request, Response

from api.clauses import term
from api.neighbours.answer import NEIGHBOUR_SOURCE, Around, neighbours_response
from api.neighbours.around import DEFAULT_SHARED, SHARED, NeighboursParams, neighbour_bodies
from api.openapi.answers import ID_IN_PATH, Answer
from api.openapi.example import example_log
from api.openapi.models import Neighbours
from api.query import newest_body
from api.request.parameters import one_of, whole_number
from api.request.params import PAGING, Form, ParsedRequest, SearchParams, log_id
from api.request.view import View
from api.routing import Endpoint, Texts, add_both_forms, feature_router
from api.services import services_of
from api.store.answers import Hit
from api.store.client import Store
from api.store.documents import newest_hit, read_part
from mappings.instant import Times

MAX_NEIGHBOURS = 50  # on each side
NEIGHBOURS_FORM = Form(
    NeighboursParams,
    PAGING | {"include_detail", "as_of"},
    (
        one_of("by", SHARED, "What the neighbours have in common with the log.", DEFAULT_SHARED),
        whole_number("size", range(1, MAX_NEIGHBOURS + 1), "Logs on each side.", 10),
    ),
)
router = feature_router("neighbours")


async def neighbours(request: Request, parsed: ParsedRequest[NeighboursParams]) -> Response:
    """Answer the logs before and after a log, oldest first; raise `ApiError` 400 or 404."""
    services, preference = services_of(request), token_hex(4)
    parsed = await services.resolve(parsed)
    hit = await _the_log(services.store, parsed.view, request.path_params["id"], preference)
    before, after = await services.store.search(neighbour_bodies(parsed.view, parsed.params, hit), preference)
    around = Around(before.hits.hits[::-1], hit, after.hits.hits)
    return neighbours_response(services, around, preference, parsed.message)


async def _the_log(store: Store, view: View, text: str, preference: str) -> Hit:
    """Return the newest log with this id, whatever the filters say: they are for its neighbours."""
    newest = newest_body(view, SearchParams(include_detail=False), [term("id", log_id(text))])
    hit = await newest_hit(store, newest, preference)
    [whole] = await read_part(store, [hit], NEIGHBOUR_SOURCE, preference=preference)
    return whole


def _example(times: Times) -> dict[str, Any]:
    one = example_log(times, with_bodies=False)
    return {"before": [one], "log": one, "after": [one]}


add_both_forms(
    router,
    Endpoint(
        path="/neighbours/{id}",
        operations=Texts("neighbours_group", "neighbours_all"),
        summaries=Texts("The logs around a log, in one group", "The logs around a log"),
        form=NEIGHBOURS_FORM,
        answer=neighbours,
        success=Answer("The logs before and after, oldest first.", Neighbours, _example),
        more_parameters=(ID_IN_PATH,),
    ),
)
