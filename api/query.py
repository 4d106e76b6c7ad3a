"""Parameters in, bodies for Elasticsearch out. Pure.

No document is scored: a log matches or it does not, so every clause is in filter context. `scope` alone decides what
the caller may see; every body of every route is built on it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from api.clauses import Body, all_of, any_of, none_of, term
from api.conditions import condition_clauses, number_clause
from api.request.address import address_term
from api.request.parameters import Order
from api.request.params import SearchParams
from api.request.view import Snapshot, View
from api.words.clauses import matching_words
from mappings.index import CONTENT_TEXT, OWN, TEXT, TIE
from mappings.instant import GO_ZERO_MS, YEAR_10000_MS

NUMBER_FIELDS = frozenset({"channel", "code"})  # of the fields that facets and top lists count; the others are keywords
MENU_SIZE = 1000  # values in each of the filter menus
# Values that each shard counts for a terms aggregation. With fewer, one of many indices may hide a frequent value.
SHARD_SIZE = 5_000
MENUS: Mapping[str, str] = {"channels": "channel", "models": "model", "token_names": "token_name"}
# What the indexer stores of the texts only for the search: now, and in indices of version 2.
NEVER_SHOWN = [TEXT, CONTENT_TEXT, f"{OWN}.readable"]
BODY_FIELDS = ["request_detail.request_body", "request_detail.response_body", *NEVER_SHOWN]
SIZES = (f"{OWN}.bytes", f"{OWN}.body_bytes")  # of a document, and of what it has less without its bodies
WITHOUT_SOURCE: Body = {"_source": False, "docvalue_fields": list(SIZES)}
PIT_KEEP_ALIVE = "5m"  # between two searches: the client of an export may read slowly
_EXACT_FILTERS: Mapping[str, str] = {
    "model_name": "model",
    "token_name": "token_name",
    "request_id": "request_id",
    "upstream_id": "upstream_id",
    "user": "user",
    "endpoint": "endpoint",
}
_NUMBER_FILTERS = ("channel", "code", "token_id")


class PageStart(Struct, frozen=True):
    """Where a page begins in the order of a search."""

    skip: int = 0  # matches before the page that `from` skips
    after: Sequence[Any] = ()  # sort values of the log before the page, for `search_after`
    clauses: Sequence[Body] = ()  # leave out matches that come before the page
    pit: str = ""  # the point in time in which it was located


FIRST_PAGE = PageStart()


def scope(view: View, params: SearchParams) -> list[Body]:
    """Return the clauses of what the caller may see, narrowed by the group filter and the time window."""
    groups = dict.fromkeys(group for group in (view.group, params.group) if group is not None)
    clauses = [term("group", group) for group in groups]
    bounds = {"gte": params.start_timestamp, "lte": params.end_timestamp}
    given = {name: moment for name, moment in bounds.items() if moment is not None}
    if given:
        clauses.append({"range": {"created_at": {**given, "format": "epoch_millis"}}})
    if view.snapshot is not None:
        clauses.append(_in_snapshot(view.snapshot))
    return clauses


def matching(view: View, params: SearchParams) -> list[Body]:
    """Return the clauses of the scope and of every filter."""
    return [*scope(view, params), *_filters(view, params)]


def page_body(view: View, params: SearchParams, start: PageStart = FIRST_PAGE) -> Body:
    """Return the body that finds the logs of one page: their order and their sizes, without the logs themselves.

    Without a count, and in the order of the index sort, each segment stops reading when the page is full.
    """
    clauses = [*matching(view, params), *start.clauses, *_not_before(params.order, start.after)]
    body: Body = {
        **_query(clauses),
        "size": params.per_page,
        "sort": sort(params.order),
        "track_total_hits": False,
        **({"from": start.skip} if start.skip else {}),
        **({"search_after": start.after} if start.after else {}),
        **WITHOUT_SOURCE,
    }
    return in_point_in_time(body, start.pit) if start.pit else body


def newest_body(view: View, params: SearchParams, clauses: Sequence[Body] = ()) -> Body:
    """Return the body that finds the newest of the logs that match, and that match these clauses too."""
    newest = structs.replace(params, per_page=1, order=Order())
    return page_body(view, newest, PageStart(clauses=clauses))


def summary_bodies(view: View, params: SearchParams) -> list[Body]:
    """Return the bodies of the exact total and of the menus; one body where both count the same logs.

    They hold no page and no sort, so paging through a search gets them from the request cache.
    """
    menus = {**count_body(scope(view, params)), "aggs": _menus()}
    return [count_body(matching(view, params)), menus] if _filters(view, params) else [menus]


def count_body(clauses: list[Body]) -> Body:
    """Return the body that counts all matches."""
    return {**_query(clauses), "size": 0, "track_total_hits": True}


def trial_body(clauses: list[Body]) -> Body:
    """Return the cheapest body that fails where Elasticsearch does not accept the clauses."""
    return {**_query(clauses), "size": 0, "track_total_hits": False, "terminate_after": 1}


def in_point_in_time(body: Body, pit: str) -> Body:
    """Return a body that is searched in a point in time, which it keeps open."""
    return {**body, "pit": {"id": pit, "keep_alive": PIT_KEEP_ALIVE}}


def has_range(body: Body) -> bool:
    """Tell whether a range in the body may rule out whole indices."""
    return any("range" in clause for clause in body.get("query", {"bool": {"filter": []}})["bool"]["filter"])


def sort(order: Order) -> list[Body]:
    """Return the sort of a search; the tie-breaker that the indexer stores makes it total.

    The tie-breaker comes from the ids of the log. A gateway may use an id again at another time: `created_at` is last.
    """
    direction = "desc" if order.descending else "asc"
    last = [] if order.field == "created_at" else [{"created_at": {"order": "desc"}}]
    return [{order.field: {"order": direction, "missing": _last_value(order)}}, {TIE: {"order": "desc"}}, *last]


def _last_value(order: Order) -> str | int:
    """Return what a log without the sort field is sorted by, so that it comes last.

    For a time it is one outside the years that an event may have. `_last` would be the smallest long, which nodes of
    Elasticsearch 8 cannot write as a time when they tell each other how far a search has come.
    """
    if order.field != "request_at":
        return "_last"
    return GO_ZERO_MS - 1 if order.descending else YEAR_10000_MS


def _query(clauses: list[Body]) -> Body:
    return {"query": {"bool": {"filter": clauses}}} if clauses else {}


def _not_before(order: Order, after: Sequence[Any]) -> Iterator[Body]:
    # `search_after` implies this clause; written as a range it rules out whole indices.
    if after and order.field == "created_at":
        end = "lte" if order.descending else "gte"
        yield {"range": {"created_at": {end: after[0], "format": "epoch_millis"}}}


def _in_snapshot(snapshot: Snapshot) -> Body:
    parts = [all_of([term("_index", index), {"range": {"_seq_no": {"lte": number}}}]) for index, number in snapshot]
    return any_of(parts) if parts else {"match_none": {}}


def _menus() -> Body:
    # One more than is shown, for the value that means "none".
    return {
        name: {"terms": {"field": field, "size": MENU_SIZE + 1, "shard_size": SHARD_SIZE}}
        for name, field in MENUS.items()
    }


def _filters(view: View, params: SearchParams) -> list[Body]:
    names = _EXACT_FILTERS.items()
    clauses = [term(field, getattr(params, name)) for name, field in names if getattr(params, name)]
    numbers = [(name, getattr(params, name)) for name in _NUMBER_FILTERS]
    clauses += [number_clause(name, number) for name, number in numbers if number is not None]
    if params.code_type != "all":
        success = term("code", 200)
        clauses.append(success if params.code_type == "success" else none_of(success))
    if params.ip:
        clauses.append(term(*address_term(params.ip)))
    clauses += condition_clauses(params.only, params.exclude)
    return clauses + (matching_words(params.query, with_bodies=view.bodies) if params.query else [])
