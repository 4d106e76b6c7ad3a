"""What is measured: counts over time, sums that add up, percentiles, what occurs most, and the period before."""

import math
from collections.abc import Iterator
from random import Random
from sys import float_info
from typing import Any

import pytest

from api.request.timezone import in_zone, read_zone
from api.stats.intervals import TimeRange, fitting_interval
from mappings.instant import DAY_MS, parse_rfc3339
from tests.api.envelope import assert_envelope
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS

HOUR_MS = 3_600_000


def _event(number: int) -> Event:
    """Return a log of the three days before noon; every fifth failed, every seventh has no start, half have no user."""
    random = Random(number)
    created_at = NOON_MS - random.randrange(3 * DAY_MS)
    event: Event = {
        "id": number,
        "created_at": created_at,
        "request_at": created_at - 10 * (number % 1000),
        "group": f"ns-{number % 3}",
        "model": f"model-{number % 7}",
        "channel": number % 4,
        "token_name": f"token-{number % 13}",
        "user": ("", "", "王芳", "eve")[number // 3 % 4],
        "code": 200 if number % 5 else 429 + number % 2,
        "used_amount": random.random() * 10 ** random.randrange(-9, 3),
        "ttfb_milliseconds": number % 1000 if number % 5 else 0,
        "usage": {"input_tokens": number, "total_tokens": 2 * number},
    }
    return event if number % 7 else {name: value for name, value in event.items() if name != "request_at"}


EVENTS = [_event(number) for number in range(5000)]


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the events above."""
    module_logs.store(EVENTS)
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def stats(api: RunningApi, path: str = "/api/logs/stats", **params: Any) -> Any:
    answer = api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_sums_and_counts_add_up_to_those_of_the_logs_themselves(api: RunningApi) -> None:
    found = stats(api, "/api/log/ns-1/stats")
    mine = [event for event in EVENTS if event["group"] == "ns-1"]

    assert found["used_amount"] == pytest.approx(math.fsum(event["used_amount"] for event in mine), rel=1e-12)
    assert (found["total"], found["error"]) == (len(mine), sum(event["code"] != 200 for event in mine))
    assert found["total"] == found["success"] + found["error"]
    assert found["usage"] == {
        **dict.fromkeys(found["usage"], 0),
        "input_tokens": sum(event["usage"]["input_tokens"] for event in mine),
        "total_tokens": sum(event["usage"]["total_tokens"] for event in mine),
    }


def test_the_bars_hold_every_log_once_and_their_sums_are_those_of_the_whole(api: RunningApi) -> None:
    found = stats(api, query="-nothing")
    bars = found["histogram"]

    assert (found["interval"], len(bars)) == ("1h", 72)
    assert sum(bar["total"] for bar in bars) == found["total"] == len(EVENTS)
    assert sum(bar["error"] for bar in bars) == found["error"]
    assert math.fsum(bar["used_amount"] for bar in bars) == pytest.approx(found["used_amount"], rel=1e-12)


def test_a_bar_has_its_place_in_the_time_zone_and_is_there_when_it_is_empty(api: RunningApi) -> None:
    window: dict[str, Any] = {"start_timestamp": NOON_MS - 3 * DAY_MS, "end_timestamp": NOON_MS + 2 * DAY_MS}
    found = stats(api, interval="1d", timezone="Asia/Shanghai", **window)
    midnight = parse_rfc3339("2026-11-24T00:00:00+08:00")
    today = [event for event in EVENTS if event["created_at"] >= midnight]

    assert [bar["start"] for bar in found["histogram"]] == [
        f"2026-11-{day}T00:00:00.000+08:00" for day in (21, 22, 23, 24, 25, 26)
    ]
    assert found["histogram"][3]["total"] == len(today)
    assert found["histogram"][3]["total_tokens"] == sum(event["usage"]["total_tokens"] for event in today)
    assert found["histogram"][4] == {
        "start": "2026-11-25T00:00:00.000+08:00",
        "total": 0,
        "success": 0,
        "error": 0,
        "used_amount": 0,
        "total_tokens": 0,
    }


def test_percentiles_are_near_the_true_ones_and_leave_out_what_was_not_measured(api: RunningApi) -> None:
    found = stats(api)
    firsts = sorted(event["ttfb_milliseconds"] for event in EVENTS if event["ttfb_milliseconds"])
    durations = sorted(event["created_at"] - event["request_at"] for event in EVENTS if "request_at" in event)

    for measured, true in ((found["ttfb_milliseconds"], firsts), (found["duration_milliseconds"], durations)):
        assert measured["count"] == len(true)
        for percent in (50, 90, 95, 99):
            near = true[len(true) * percent // 100]
            assert measured[f"p{percent}"] == pytest.approx(near, rel=0.02), percent


def test_the_tops_are_by_count_and_by_amount(api: RunningApi) -> None:
    found = stats(api, size=2)["top"]
    amounts = {
        name: math.fsum(event["used_amount"] for event in EVENTS if event["model"] == name)
        for name in {event["model"] for event in EVENTS}
    }
    dearest = sorted(amounts, key=lambda name: -amounts[name])[:2]

    assert [entry["value"] for entry in found["model"]["by_amount"]] == dearest
    assert found["model"]["by_amount"][0]["used_amount"] == pytest.approx(amounts[dearest[0]])
    assert [(entry["value"], entry["count"]) for entry in found["channel"]["by_count"]] == [(1, 1250), (2, 1250)]
    assert [(entry["value"], entry["count"]) for entry in found["error_code"]["by_count"]] == [(429, 500), (430, 500)]
    assert {entry["value"] for entry in found["user"]["by_count"]} == {"王芳", "eve"}


def test_the_period_before_is_as_long_and_ends_where_this_one_starts(api: RunningApi) -> None:
    found = stats(api, start_timestamp=NOON_MS - DAY_MS, end_timestamp=NOON_MS - 1, compare="true")
    before = [event for event in EVENTS if NOON_MS - 2 * DAY_MS <= event["created_at"] < NOON_MS - DAY_MS]

    assert found["previous"]["start"] == "2026-11-22T12:00:00.000Z"
    assert found["previous"]["end"] == "2026-11-23T11:59:59.999Z"
    assert found["previous"]["total"] == len(before)
    assert found["previous"]["used_amount"] == pytest.approx(math.fsum(event["used_amount"] for event in before))
    assert "previous" not in stats(api)


def test_the_filters_of_a_search_apply(api: RunningApi) -> None:
    params = {"model_name": "model-3", "code_type": "error", "group": "ns-2"}

    assert stats(api, **params)["total"] == api.search(**params)["total"] > 0


def test_of_no_logs_at_all_there_is_nothing_to_tell(api: RunningApi) -> None:
    found = stats(api, "/api/log/nobody/stats")
    empty = {"count": 0, "p50": None, "p90": None, "p95": None, "p99": None}

    assert (found["total"], found["used_amount"], found["histogram"], found["start"]) == (0, 0, [], "")
    assert found["duration_milliseconds"] == found["ttfb_milliseconds"] == empty


def test_a_window_from_the_beginning_of_time_is_shown_where_the_logs_are(api: RunningApi) -> None:
    found = stats(api, start_timestamp=0, end_timestamp="9999-12-31T23:59:59Z")

    assert (found["total"], found["interval"]) == (len(EVENTS), "1h")


def test_bars_and_top_lists_are_left_out_where_nobody_wants_them(api: RunningApi) -> None:
    whole, sums = stats(api), stats(api, interval="none", size=0)
    nothing: dict[str, list[Any]] = {"by_count": [], "by_amount": []}

    assert sums == {**whole, "interval": "", "histogram": [], "top": dict.fromkeys(whole["top"], nothing)}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("interval=2h", "interval=2h: must be one of 1s, 5s"),
        (
            "timezone=Mars/Base",
            "timezone=Mars/Base: must be a name such as Asia/Shanghai, an offset",
        ),
        ("interval=1s", "interval=1s: makes 259"),
        ("compare=true", "compare=true: requires start_timestamp and end_timestamp"),
        ("size=101", "size=101: must be a whole number from 0 to 100"),
        ("by=code", "by=code: must be one of model, channel, token_name, user, group"),
        ("by=model&interval=none", "by=model: its series have bars, so interval cannot be none"),
        ("by=model&interval=5m", "interval=5m: makes 864 bars of this window, at most 500 are allowed with by"),
    ],
)
def test_a_wrong_question_is_told_what_is_allowed(api: RunningApi, query: str, message: str) -> None:
    answer = api.get(f"/api/logs/stats?{query}")

    assert_envelope(answer, 400)
    assert answer.json()["message"].startswith(message)


@pytest.mark.parametrize(
    ("length_ms", "interval"),
    [(1, "1s"), (99_000, "1s"), (HOUR_MS, "1m"), (DAY_MS, "30m"), (30 * DAY_MS, "12h"), (9000 * DAY_MS, "1y")],
)
def test_an_interval_that_fits_makes_a_hundred_bars_at_most(length_ms: int, interval: str) -> None:
    assert fitting_interval(TimeRange(NOON_MS, NOON_MS + length_ms - 1)) == interval


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2026-11-24T12:00:00.000Z"),
        ("Asia/Kolkata", "2026-11-24T17:30:00.000+05:30"),
        ("-03:30", "2026-11-24T08:30:00.000-03:30"),
        (" 08:00", "2026-11-24T20:00:00.000+08:00"),
    ],
)
def test_a_moment_is_written_as_its_zone_has_it(zone: str, text: str) -> None:
    assert in_zone(NOON_MS, read_zone(zone)) == text


def test_a_window_that_ends_before_it_begins_holds_nothing(api: RunningApi) -> None:
    moment = EVENTS[0]["created_at"]
    found = stats(api, start_timestamp=moment, end_timestamp=moment - 1, compare="true")

    assert (found["total"], found["histogram"], found["previous"]["total"]) == (0, [], 0)


@pytest.mark.parametrize("more", [{"compare": "true"}, {"timezone": "+08:00", "interval": "1d"}])
def test_the_first_days_of_the_calendar_can_be_asked_about(api: RunningApi, more: dict[str, str]) -> None:
    window = {"start_timestamp": "0001-01-01T00:00:00Z", "end_timestamp": "0001-01-02T00:00:00Z"}

    assert stats(api, **window, **more)["total"] == 0


def test_a_sum_beyond_what_a_number_can_hold_is_the_greatest_there_is(api: RunningApi, module_logs: Logs) -> None:
    rich = [{"id": n, "created_at": NOON_MS, "group": "rich", "used_amount": 1.7e308} for n in range(2)]
    module_logs.store(rich)

    assert stats(api, "/api/log/rich/stats")["used_amount"] == float_info.max


@pytest.mark.parametrize(("tokens", "is_exact"), [(2**53 - 4, True), (2**53 - 2, False)])
def test_an_answer_says_where_a_sum_of_tokens_is_not_exact(
    api: RunningApi, module_logs: Logs, tokens: int, is_exact: bool
) -> None:
    group, counts = f"tokens-{tokens}", (tokens, 1, 1)
    log = {"created_at": NOON_MS, "group": group}
    module_logs.store([{**log, "id": n, "usage": {"total_tokens": tokens}} for n, tokens in enumerate(counts, 1)])
    answer = api.get(f"/api/log/{group}/stats").json()

    if is_exact:
        assert (answer["message"], answer["data"]["usage"]["total_tokens"]) == ("", sum(counts))
    else:
        assert answer["message"] == "sums of tokens of 9007199254740992 and more are approximate"
