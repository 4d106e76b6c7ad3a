"""The parts of the page that only compute: addresses, the query bar, times, marks, tries, differences, copies."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.console.modules import Modules, open_modules

NOW = 1_795_779_000_000  # 2026-11-27 11:30:00 UTC
HOUR = 3_600_000


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Modules]:
    """The modules of the page."""
    with open_modules(browser) as opened:
        yield opened


@pytest.mark.parametrize(
    "address",
    [
        "",
        "?query=a+%22b+c%22+-d&status=error&page=3",
        "?from=-2h&only=model%3Agpt-4o&only=model%3Aa%3Ab%2Cc&exclude=code%3A200&exclude=user%3A",
        "?only=duration_milliseconds%3A30000..&only=retry_times%3A&exclude=used_amount%3A0.01..5e-1",
        "?tab=errors&group=ns%2F%E7%BB%84&from=1795600000000&to=1795700000000",
        "?open=request%3A17&pane=raw&live=true&per_page=100&order=id-asc&compare=42",
        "?tab=spend&by=channel&measure=tokens",
    ],
)
def test_an_address_says_what_it_said(modules: Modules, address: str) -> None:
    found = modules.call("state/address.js", "readAddress", address)

    assert found["ignored"] == []
    assert sorted(modules.call("state/address.js", "writeAddress", found["view"])[1:].split("&")) == sorted(
        address[1:].split("&")
    )


def test_what_an_address_cannot_say_is_named_and_the_rest_opens(modules: Modules) -> None:
    broken = "?page=0&page=-1&tab=x&from=soon&only=nothing&only=code:x&per_page=7&hue=red&by=code&query=ok&status=ERROR"
    broken += "&only=duration:10s..&exclude=used_amount:2..1&only=constructor:x&valueOf=x"
    found = modules.call("state/address.js", "readAddress", broken)

    assert found["view"]["query"] == "ok"
    assert found["ignored"] == [one for one in broken[1:].split("&") if one != "query=ok"]


@pytest.mark.parametrize(
    ("typed", "words", "conditions"),
    [
        ("timeout", "timeout", []),
        ('model:gpt-4o "rate limit" -x', '"rate limit" -x', [("model", "gpt-4o", False)]),
        (
            "-code:429 status:500 token:a",
            "",
            [("code", "429", True), ("code", "500", False), ("token_name", "a", False)],
        ),
        ('token_name:"my token" x', "x", [("token_name", "my token", False)]),
        ("error:timeout http://a:1 code:x model:", "error:timeout http://a:1 code:x model:", []),
        ('"model:gpt-4o"', '"model:gpt-4o"', []),
        (
            "duration:10s.. -amount:..0.5 retries:3 input_tokens:1000..2000 x",
            "x",
            [
                ("duration_milliseconds", "10000..", False),
                ("used_amount", "..0.5", True),
                ("retry_times", "3", False),
                ("input_tokens", "1000..2000", False),
            ],
        ),
        ("duration:10s..1s amount:nan constructor:1", "duration:10s..1s amount:nan constructor:1", []),
        ("请求 超时", "请求 超时", []),
    ],
)
def test_the_bar_holds_words_and_conditions(modules: Modules, typed: str, words: str, conditions: Any) -> None:
    found = modules.call("query/language.js", "readBar", typed)
    expected = [{"field": field, "value": value, "exclude": exclude} for field, value, exclude in conditions]

    assert found == {"words": words, "conditions": expected}
    for one in expected:
        written = modules.call("query/language.js", "writeCondition", one)
        assert modules.call("query/language.js", "condition", written) == one


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("duration:10s..", "10000..", "10 s and more"),
        ("duration:10..30s", "10000..30000", "10 s to 30 s"),
        ("duration:500ms..1.5m", "500..90000", "500 ms to 90 s"),
        ("duration:2min", "120000", "2 min"),
        ("duration:..1h", "..3600000", "60 min and less"),
        ("duration:10000..", "10000..", "10 s and more"),
        ("duration_milliseconds:..12345", "..12345", "12.345 s and less"),
        ("ttfb:0", "0", "0 ms"),
        ("amount:1e-7..0.10", "1e-7..0.10", "1e-7 to 0.10"),
        ("tokens:10000..9223372036854775807", "10000..9223372036854775807", "10,000 to 9223372036854775807"),
    ],
)
def test_a_typed_range_is_one_of_the_api_and_is_read_by_people(
    modules: Modules, typed: str, value: str, shown: str
) -> None:
    condition = modules.call("query/language.js", "condition", typed)
    written = modules.call("query/language.js", "writeCondition", condition)

    assert condition["value"] == value
    assert modules.call("query/condition_text.js", "valueText", condition) == shown
    assert modules.call("query/language.js", "condition", written) == condition


@pytest.mark.parametrize(
    "typed",
    [
        "duration:..",
        "duration:5s..1s",
        "duration:1d..",
        "duration:1..2..3",
        "duration:1...2",
        "duration:99999999999999999999..",
        "duration:9999999999999999h..",
        "amount:..",
        "amount:inf..",
        "amount:1e999..",
        "amount:1e-999..",
        "amount:.5..",
        "tokens:1.5..",
        "retries:9223372036854775808",
    ],
)
def test_what_is_no_range_stays_a_word(modules: Modules, typed: str) -> None:
    assert modules.call("query/language.js", "condition", typed) is None


def test_a_typed_range_takes_the_place_of_the_ranges_of_its_field(modules: Modules) -> None:
    names = ("duration:..1s", "duration:10s..", "-duration:1h..", "model:a")
    slow, fast, excluded, model = (modules.call("query/language.js", "condition", name) for name in names)
    typed = modules.call("query/language.js", "condition", "duration:20s..")
    another = modules.call("query/language.js", "condition", "model:b")
    before = [slow, fast, excluded, model]

    assert modules.call("query/language.js", "withTyped", before, [typed]) == [excluded, model, typed]
    assert modules.call("query/language.js", "withTyped", before, [another, model]) == [
        slow,
        fast,
        excluded,
        another,
        model,
    ]


@pytest.mark.parametrize(
    ("typed", "zone", "expected"),
    [
        ("-2h", "UTC", NOW - 2 * HOUR),
        ("- 15 m", "UTC", NOW - HOUR // 4),
        ("now", "UTC", None),
        ("", "UTC", None),
        ("today", "UTC", 1_795_737_600_000),
        ("today", "Asia/Shanghai", 1_795_708_800_000),
        ("yesterday", "Asia/Shanghai", 1_795_622_400_000),
        ("1795779000", "UTC", NOW),
        ("1795779000000", "UTC", NOW),
        ("2026-11-27 11:30", "UTC", NOW),
        ("2026-11-27 19:30:00", "Asia/Shanghai", NOW),
        ("2026-11-27T11:30:00.120Z", "Asia/Shanghai", NOW + 120),
        ("2026-11-27T19:30:00+08:00", "UTC", NOW),
        ("2026-11-27 06:30:00.5", "America/New_York", NOW + 500),
    ],
)
def test_a_typed_moment_is_understood(modules: Modules, typed: str, zone: str, expected: int | None) -> None:
    text = modules.call("time/range.js", "readMoment", typed, zone)

    assert modules.call("time/range.js", "resolve", text, NOW, zone) == expected


@pytest.mark.parametrize("typed", ["soon", "2h", "-2y", "2026", "27.11.2026", "12:00", "99999999999999999"])
def test_anything_else_is_not_a_moment(modules: Modules, typed: str) -> None:
    assert modules.call("time/range.js", "readMoment", typed, "UTC") is None


def test_a_day_ends_before_the_next_one_begins(modules: Modules) -> None:
    window = modules.call("time/range.js", "resolveWindow", {"from": "yesterday", "to": "today"}, NOW, "UTC")

    assert window == {"start": 1_795_737_600_000 - 24 * HOUR, "end": 1_795_737_600_000 - 1}


def marked(modules: Modules, query: str, text: str) -> list[str]:
    run = """async ([path, query, text]) => {
      const { patternOf, segments } = await import(path);
      return segments(text, patternOf(query)).filter((one) => one.isFound).map((one) => one.text);
    }"""
    found: list[str] = modules.page.evaluate(run, [modules.path("query/marks.js"), query, text])
    return found


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("timeout", "Timeout: TIMEOUT timeouts", ["Timeout", "TIMEOUT"]),
        ("time*", "timeouts at times", ["time", "time"]),
        ('"rate limit"', "rate  limit, rate-limit, limit rate", ["rate  limit", "rate-limit"]),
        ("max_tokens -excluded", "max_tokens max tokens excluded", ["max_tokens", "max tokens"]),
        ("请求超时", "您的请求超时了", ["请求超时"]),
        ("a.b(c", "a.b(c) aXbc", ["a.b(c"]),
        ("??? -x", "??? x", []),
        ("", "anything", []),
    ],
)
def test_found_words_are_marked(modules: Modules, query: str, text: str, expected: list[str]) -> None:
    assert marked(modules, query, text) == expected


def test_a_fragment_of_the_api_is_text_and_marks(modules: Modules) -> None:
    fragment = "&lt;em&gt; &amp;amp; <em>a&lt;b</em> &quot;"

    assert modules.call("query/marks.js", "readFragment", fragment) == [
        {"text": "<em> &amp; ", "isFound": False},
        {"text": "a<b", "isFound": True},
        {"text": ' "', "isFound": False},
    ]


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("the retry loop of the worker needs a <em>timeout</em> here", "…ker needs a timeout here"),
        ("a <em>timeout</em> here", "a timeout here"),
        ("<em>timeout</em>", "timeout"),
        ("nothing", "nothing"),
    ],
)
def test_a_fragment_begins_shortly_before_what_was_found(modules: Modules, fragment: str, text: str) -> None:
    parts = modules.call("query/marks.js", "readFragment", fragment)
    shown = modules.call("query/marks.js", "fromFirstFound", parts, 12)

    assert "".join(part["text"] for part in shown) == text


def test_numbers_beyond_two_to_the_53_stay_exact(modules: Modules) -> None:
    text = '{"id":9223372036854775807,"a":[-9007199254740993],"b":9007199254740991,"c":"12345678901234567890"}'

    assert modules.call("api/json.js", "parseExact", text) == {
        "id": "9223372036854775807",
        "a": ["-9007199254740993"],
        "b": 9007199254740991,
        "c": "12345678901234567890",
    }


def test_tries_of_one_request_are_one_row(modules: Modules) -> None:
    logs = [
        {"request_id": request, "group": group}
        for request, group in (("r", "a"), ("", "a"), ("r", "b"), ("r", "a"), ("", "a"))
    ]
    rows = modules.call("list/fold.js", "foldTries", logs)

    assert [(row["log"]["request_id"], row["log"]["group"], len(row["tries"])) for row in rows] == [
        ("r", "a", 1),
        ("", "a", 0),
        ("r", "b", 0),
        ("", "a", 0),
    ]


def test_texts_differ_line_by_line(modules: Modules) -> None:
    found = modules.call("views/diff.js", "diffLines", "a\nb\nc\nd", "a\nc\nx\nd")

    assert [(line["kind"], line["text"]) for line in found] == [
        ("same", "a"),
        ("left", "b"),
        ("same", "c"),
        ("right", "x"),
        ("same", "d"),
    ]
    assert len(modules.call("views/diff.js", "diffLines", "a\n" * 3000 + "x", "b\n" * 3000 + "y")) == 6002


def test_a_copied_request_runs_in_a_shell_as_it_was_sent(modules: Modules) -> None:
    log = {"endpoint": '/v1/chat$(x)`y`"', "request_detail": {"request_body": "it's $HOME `id`"}}
    found = modules.call("drawer/copied.js", "asCurl", log)

    assert found.splitlines()[0] == 'curl "$GATEWAY/v1/chat(x)y" \\'
    assert found.splitlines()[-1] == "  --data-raw 'it'\\''s $HOME `id`'"


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (850, "850 ms"),
        (12_400, "12.4 s"),
        (185_000, "3 min 05 s"),
        (419_700, "7 min 00 s"),
        (3_599_900, "1.0 h"),
        (90_000_000, "1.0 d"),
    ],
)
def test_a_duration_is_as_short_as_it_may_be(modules: Modules, ms: int, text: str) -> None:
    assert modules.call("time/format.js", "duration", ms) == text


SERIES = {
    "by": "model",
    "values": [
        {"value": "a", "count": [1, 0], "used_amount": [0.5, 0], "total_tokens": [3, 0]},
        {"value": 7, "count": [1, 1], "used_amount": [1.5, -1], "total_tokens": [1, 2]},
    ],
    "other": {"count": [0, 2], "used_amount": [0, 1], "total_tokens": [0, 4]},
}


def test_series_are_lines_with_the_others_last(modules: Modules) -> None:
    requests = modules.call("charts/lines.js", "linesOf", SERIES, "requests")
    alone = modules.call("charts/lines.js", "linesOf", {**SERIES, "other": {"count": [0, 0]}}, "tokens")

    assert [(line["value"], line["points"], line["sum"]) for line in requests] == [
        ("a", [1, 0], 1),
        (7, [1, 1], 2),
        (None, [0, 2], 2),
    ]
    assert [(line["value"], line["sum"]) for line in alone] == [("a", 3), (7, 3)]


def test_the_parts_of_the_highest_bar_fill_its_height_and_negative_ones_have_none(modules: Modules) -> None:
    lines = modules.call("charts/lines.js", "linesOf", SERIES, "amount")

    assert modules.call("charts/lines.js", "heights", lines, 2) == {
        "highest": 2,
        "of": [[0.25, 0], [0.75, 0], [0, 0.5]],
    }
    assert modules.call("charts/lines.js", "heights", [], 2) == {"highest": 0, "of": []}


@pytest.mark.parametrize(
    ("chosen", "name", "target", "expected"),
    [
        (["time", "code", "model"], "time", "model", ["code", "model", "time"]),
        (["time", "code", "model"], "model", "time", ["model", "time", "code"]),
        (["time", "code", "model"], "code", "model", ["time", "model", "code"]),
        (["time", "gone", "time", "code"], "code", "time", ["code", "time"]),
    ],
)
def test_a_column_is_put_in_the_place_of_another(
    modules: Modules, chosen: list[str], name: str, target: str, expected: list[str]
) -> None:
    assert modules.call("list/columns.js", "moved", chosen, name, target) == expected


def test_a_column_is_added_behind_those_it_usually_follows(modules: Modules) -> None:
    def turned(chosen: list[str], name: str) -> Any:
        return modules.call("list/columns.js", "turned", chosen, name)

    assert turned(["model", "time", "text"], "user") == ["model", "user", "time", "text"]
    assert turned(["text"], "time") == ["time", "text"]
    assert turned(["model", "time"], "model") == ["time"]


def test_a_groups_page_leaves_out_columns_and_keeps_their_places(modules: Modules) -> None:
    chosen = ["model", "channel", "time"]
    moved = modules.call("list/columns.js", "moved", chosen, "time", "model")
    shown = modules.call("list/columns.js", "shownColumns", chosen, "ns-1")

    assert [column["name"] for column in shown] == ["model", "time"]
    assert moved == ["time", "model", "channel"]


@pytest.mark.parametrize(
    ("by", "group", "expected"), [("channel", "", "channel"), ("channel", "ns-1", "model"), ("user", "ns-1", "user")]
)
def test_a_groups_page_has_no_series_of_channels(modules: Modules, by: str, group: str, expected: str) -> None:
    found, offered = modules.call("state/params.js", "seriesFields", {"by": by, "group": group})

    assert found == expected
    assert ("channel" in offered, "group" in offered) == (not group, not group)
