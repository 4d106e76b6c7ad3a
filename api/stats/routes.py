"""The stats routes: counts over time, sums, percentiles, top values, and the bars of single values."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from msgspec import structs

from api.clauses import Body
from api.envelope import success
from api.errors import ApiError
from api.openapi.answers import Answer
from api.openapi.models import Stats
from api.request.parameters import Parameter, boolean, one_of, whole_number
from api.request.params import PAGING, Form, ParsedRequest
from api.request.timezone import NAMES, in_zone, read_zone
from api.request.view import View
from api.routing import Endpoint, Texts, add_both_forms, feature_router
from api.services import services_of
from api.stats.intervals import INTERVALS, MAX_BARS, MAX_SERIES_BARS, NO_BARS, TimeRange, fitting_interval
from api.stats.measures import StatsParams, bars, bars_aggregation, note, stats_body, tops, totals, totals_body
from api.stats.series import (
    MAX_SERIES,
    SERIES_FIELDS,
    SERIES_FIELDS_OF_A_GROUP,
    Values,
    first_body,
    highest_values,
    series,
    series_aggregations,
)
from api.store.answers import Found
from api.store.client import Store
from api.store.held_answer import written_answer
from mappings.instant import DAY_MS

MAX_TOP = 100
MAX_WINDOW_MS = 800 * DAY_MS  # a longer window means "all": bars that begin in 1970 would show nothing

router = feature_router("stats")


async def stats(request: Request, parsed: ParsedRequest[StatsParams]) -> Response:
    """Answer the figures of the logs that match; raise `ApiError` 400 for parameters that do not go together."""
    services = services_of(request)
    params = parsed.params
    _check(params)
    parsed = await services.resolve(parsed)
    data = await _figures(services.store, parsed.view, parsed.params)
    return written_answer(services.budget, success(data, parsed.message, note(data)))


def _check(params: StatsParams) -> None:
    if params.compare and (params.start_timestamp is None or params.end_timestamp is None):
        raise ApiError(400, "compare=true: requires start_timestamp and end_timestamp, which set the length")
    if params.by and params.interval == NO_BARS:
        raise ApiError(400, f"by={params.by}: its series have bars, so interval cannot be {NO_BARS}")


def _form(fields: Sequence[str]) -> Form[StatsParams]:
    intervals = f"Length of a bar of the histogram; without it, the one that fits. `{NO_BARS}` leaves the bars out."
    values = (
        f"Adds `series`: bars of the {MAX_SERIES} values of this field with the highest amounts, and of the others."
    )
    own = (
        one_of("interval", (*INTERVALS, NO_BARS), intervals),
        Parameter("timezone", read_zone, f"Where days, weeks and months begin: {NAMES}.", NAMES),
        whole_number("size", range(MAX_TOP + 1), "Entries of each top list; 0 leaves them out.", 10),
        boolean("compare", "`true` adds `previous`: the same figures for the period before, of the same length."),
        one_of("by", fields, values),
    )
    return Form(StatsParams, PAGING | {"include_detail"}, own)


async def _figures(store: Store, view: View, params: StatsParams) -> dict[str, Any]:
    time_range, values = (None, ()) if _is_reversed(params) else await _known_first(store, view, params)
    if time_range is None:
        return await _nothing(store, view, params)
    return await _measured(store, view, params, time_range, values)


async def _known_first(store: Store, view: View, params: StatsParams) -> tuple[TimeRange | None, Values]:
    """Return the time range, None where no log matches, and the values that get series."""
    given = _given(params)
    if given is not None and params.by is None:
        return given, ()
    (found,) = await store.search([first_body(view, params, with_bounds=given is None)])
    return given or _occupied(found), highest_values(found)


def _given(params: StatsParams) -> TimeRange | None:
    """Return the time range of the parameters; None where it is open or too long for bars."""
    start_ms, end_ms = params.start_timestamp, params.end_timestamp
    if start_ms is None or end_ms is None or end_ms - start_ms > MAX_WINDOW_MS:
        return None
    return TimeRange(start_ms, end_ms)


def _is_reversed(params: StatsParams) -> bool:
    start_ms, end_ms = params.start_timestamp, params.end_timestamp
    return start_ms is not None and end_ms is not None and start_ms > end_ms


def _occupied(found: Found) -> TimeRange | None:
    """Return the time range from the first to the last log that matches; None where no log matches."""
    first, last = (found.aggregations[name].value for name in ("first", "last"))
    return None if first is None or last is None else TimeRange(int(first), int(last))


async def _measured(
    store: Store, view: View, params: StatsParams, time_range: TimeRange, values: Values
) -> dict[str, Any]:
    interval = _interval(params, time_range)
    asked = [stats_body(view, _within(params, time_range), _over_time(params, time_range, interval, values))]
    if params.compare:
        asked.append(totals_body(view, _within(params, time_range.before())))
    found, *previous = await store.search(asked, whose=view.whose)
    return {
        **_totals(found, time_range, params.timezone),
        "interval": interval,
        "histogram": bars(found, params.timezone),
        "top": tops(found),
        **({"series": series(found, params.by)} if params.by else {}),
        **({"previous": _totals(previous[0], time_range.before(), params.timezone)} if previous else {}),
    }


def _interval(params: StatsParams, time_range: TimeRange) -> str:
    """Return the length of a bar, "" for no bars; raise `ApiError` 400 where it makes too many."""
    if params.interval is None:
        return fitting_interval(time_range)
    if params.interval == NO_BARS:
        return ""
    number, most = time_range.bars(params.interval), MAX_SERIES_BARS if params.by else MAX_BARS
    if number > most:
        allowed = f"at most {most} are allowed{' with by' if params.by else ''}"
        raise ApiError(400, f"interval={params.interval}: makes {number} bars of this window, {allowed}")
    return params.interval


def _over_time(params: StatsParams, time_range: TimeRange, interval: str, values: Values) -> Mapping[str, Body]:
    if not interval:
        return {}
    of_values = series_aggregations(params.by, values, interval, params.timezone) if params.by else {}
    return {**bars_aggregation(time_range, interval, params.timezone), **of_values}


def _within(params: StatsParams, time_range: TimeRange) -> StatsParams:
    return structs.replace(params, start_timestamp=time_range.start_ms, end_timestamp=time_range.end_ms)


def _totals(found: Found, time_range: TimeRange, zone: str) -> dict[str, Any]:
    start, end = in_zone(time_range.start_ms, zone), in_zone(time_range.end_ms, zone)
    return {"start": start, "end": end, **totals(found)}


async def _nothing(store: Store, view: View, params: StatsParams) -> dict[str, Any]:
    """Return the figures of no logs at all, which have no time range to show as bars."""
    none = {"start": "", "end": "", **totals(Found())}
    no_series = {"series": series(Found(), params.by)} if params.by else {}
    answer = {**none, "interval": "", "histogram": [], "top": tops(Found()), **no_series}
    if not params.compare:
        return answer
    return {**answer, "previous": none if _is_reversed(params) else await _previous(store, view, params)}


async def _previous(store: Store, view: View, params: StatsParams) -> dict[str, Any]:
    before = TimeRange(params.start_timestamp or 0, params.end_timestamp or 0).before()
    (found,) = await store.search([totals_body(view, _within(params, before))])
    return _totals(found, before, params.timezone)


_TOP = {"value": "gpt-4o", "count": 42, "used_amount": 0.125}
_COUNTS = {"total": 42, "success": 40, "error": 2}
_EXAMPLE: dict[str, Any] = {
    **totals(Found()),
    **_COUNTS,
    "start": "2026-11-24T00:00:00.000Z",
    "end": "2026-11-24T23:59:59.999Z",
    "used_amount": 0.125,
    "interval": "1h",
    "histogram": [{"start": "2026-11-24T12:00:00.000Z", **_COUNTS, "used_amount": 0.125, "total_tokens": 1764}],
    "top": {**tops(Found()), "model": {"by_count": [_TOP], "by_amount": [_TOP]}},
}
add_both_forms(
    router,
    Endpoint(
        path="/stats",
        operations=Texts("stats_group", "stats_all"),
        summaries=Texts("Measure one group's logs", "Measure all logs"),
        form=_form(SERIES_FIELDS),
        group_form=_form(SERIES_FIELDS_OF_A_GROUP),
        answer=stats,
        success=Answer("The figures.", Stats, lambda _: _EXAMPLE),
    ),
)
