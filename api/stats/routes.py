"""The routes that measure: counts over time, sums, percentiles, and what occurs most."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from msgspec import structs

from api.access.authorise import authorise
from api.checkpoints.as_of import hold
from api.envelope import success
from api.errors import ApiError
from api.openapi import answered, described
from api.request.group_path import Group
from api.request.parameters import Rule, boolean, one_of, whole_number
from api.request.params import Form
from api.request.timezone import NAMES, in_zone, read_zone
from api.stats.intervals import INTERVALS, MAX_BARS, Period, fitting
from api.stats.measures import StatsParams, bars, bounds_body, stats_body, tops, totals, totals_body
from api.store.answers import Found
from api.store.client import Store
from mappings.instant import DAY_MS

MAX_SIZE = 100
LONGEST_WINDOW_MS = 800 * DAY_MS  # a longer one means "all": bars that begin in 1970 would show nothing
FORM = Form(
    StatsParams,
    frozenset({"page", "per_page", "order", "include_detail", "highlight", "after"}),
    (
        one_of("interval", INTERVALS, "How long a bar of the histogram is; without it, the length that fits."),
        Rule("timezone", read_zone, f"Where days, weeks and months begin: {NAMES}.", NAMES),
        whole_number("size", range(1, MAX_SIZE + 1), "Entries of each list of tops.", 10),
        boolean("compare", "`true` adds `previous`: the same figures for the period before, which is as long."),
    ),
)
_FIGURES = {"total": 42, "success": 40, "error": 2, "used_amount": 0.125, "usage": {"total_tokens": 1764}}
_EXAMPLE = answered(
    "The figures.",
    {
        "data": {
            "start": "2026-11-24T00:00:00.000Z",
            "end": "2026-11-24T23:59:59.999Z",
            **_FIGURES,
            "ttfb_milliseconds": {"count": 0, "p50": None, "p90": None, "p95": None, "p99": None},
            "interval": "1h",
            "histogram": [{"start": "2026-11-24T12:00:00.000Z", "total": 42, "success": 40, "error": 2}],
            "top": {"model": {"by_count": [{"value": "gpt-4o", "count": 42, "used_amount": 0.125}]}},
        },
        "message": "",
        "success": True,
    },
)
router = APIRouter(prefix="/api", tags=["stats"], dependencies=[Depends(authorise)])


@router.get("/log/{group:text}/stats", summary="Measure one group's logs", **described(FORM.rules(""), _EXAMPLE))
async def stats_group(request: Request, group: Group) -> Response:
    """Measure the logs of the group in the path."""
    return await _answer(request, FORM.read(request.scope["query_string"], group))


@router.get("/logs/stats", summary="Measure all logs", **described(FORM.rules(None), _EXAMPLE))
async def stats_all(request: Request) -> Response:
    """Measure the logs of all groups."""
    return await _answer(request, FORM.read(request.scope["query_string"], None))


async def _answer(request: Request, params: StatsParams) -> Response:
    store: Store = request.app.state.store
    if params.compare and (params.start_timestamp is None or params.end_timestamp is None):
        raise ApiError(400, "compare=true: needs start_timestamp and end_timestamp, which say how long the period is")
    params = await hold(request.app.state.feed, params)
    period = None if _is_reversed(params) else _given(params) or await _found(store, params)
    data = await (_nothing(store, params) if period is None else _measured(store, params, period))
    return Response(success(data, params.message), media_type="application/json")


def _given(params: StatsParams) -> Period | None:
    """Return the period that the caller names, if it is one to be shown in bars."""
    start_ms, end_ms = params.start_timestamp, params.end_timestamp
    if start_ms is None or end_ms is None or end_ms - start_ms > LONGEST_WINDOW_MS:
        return None
    return Period(start_ms, end_ms)


def _is_reversed(params: StatsParams) -> bool:
    start_ms, end_ms = params.start_timestamp, params.end_timestamp
    return start_ms is not None and end_ms is not None and start_ms > end_ms


async def _found(store: Store, params: StatsParams) -> Period | None:
    """Return the period from the first to the last log; None where there is none."""
    (found,) = await store.search([bounds_body(params)])
    first, last = (found.aggregations[name].value for name in ("first", "last"))
    return None if first is None or last is None else Period(int(first), int(last))


async def _measured(store: Store, params: StatsParams, period: Period) -> dict[str, Any]:
    interval = params.interval or fitting(period)
    if params.interval and period.bars(interval) > MAX_BARS:
        raise ApiError(
            400, f"interval={interval}: makes {period.bars(interval)} bars of this time, and {MAX_BARS} are allowed"
        )
    within = _within(params, period)
    asked = [stats_body(within, period, interval)]
    if params.compare:
        asked.append(totals_body(_within(params, period.before())))
    found, *previous = await store.search(asked)
    return {
        **_figures(found, period, params.timezone),
        "interval": interval,
        "histogram": bars(found, params.timezone),
        "top": tops(found),
        **({"previous": _figures(previous[0], period.before(), params.timezone)} if previous else {}),
    }


def _within(params: StatsParams, period: Period) -> StatsParams:
    return structs.replace(params, start_timestamp=period.start_ms, end_timestamp=period.end_ms)


def _figures(found: Found, period: Period, zone: str) -> dict[str, Any]:
    return {"start": in_zone(period.start_ms, zone), "end": in_zone(period.end_ms, zone), **totals(found)}


async def _nothing(store: Store, params: StatsParams) -> dict[str, Any]:
    """Return the figures of no logs at all: they have no period that could be shown in bars."""
    none = {"start": "", "end": "", **totals(Found())}
    bare = {**none, "interval": "", "histogram": [], "top": tops(Found())}
    if not params.compare:
        return bare
    return {**bare, "previous": none if _is_reversed(params) else await _previous(store, params)}


async def _previous(store: Store, params: StatsParams) -> dict[str, Any]:
    before = Period(params.start_timestamp or 0, params.end_timestamp or 0).before()
    (found,) = await store.search([totals_body(_within(params, before))])
    return _figures(found, before, params.timezone)
