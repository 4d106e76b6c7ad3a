"""People look for a request: with words, values, times, ids; and the numbers agree wherever they stand."""

import csv
import json
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from tests.console.conftest import OpenVisit, Visit
from tests.console.data.bodies import event
from tests.console.data.logs_of_today import NUMBER, OLD_ID, logs_of_today
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi


def address(visit: Visit) -> dict[str, str]:
    """Return what the address of the page says."""
    return dict(parse_qsl(urlsplit(visit.page.url).query))


def rows(visit: Visit) -> list[str]:
    """Return the names of the logs in the list."""
    visit.settled()
    return [row.get_attribute("data-name") or "" for row in visit.page.locator(".table tbody tr").all()]


def test_the_page_shows_the_logs_and_sums_of_the_api(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.wait_for_selector("[data-sum=requests]")
    (stats,) = shown.asked("stats")
    figures = api.get(stats.removeprefix(api.url)).json()["data"]

    assert shown.total() == NUMBER == figures["total"]
    assert shown.page.locator("[data-sum=requests] dd").inner_text() == str(NUMBER)
    assert shown.page.locator("[data-sum=amount] dd").get_attribute("title") == json.dumps(figures["used_amount"])
    assert len(rows(shown)) == 50
    shown.picture("list")


def test_words_find_logs_and_are_marked(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.locator("#query").fill("umbrella")
    shown.page.locator("#query").press("Enter")
    expect(shown.page.locator(".table mark").first).to_have_text("umbrella")

    assert address(shown)["query"] == "umbrella"
    assert shown.total() == api.search(query="umbrella", start_timestamp=1)["total"] - 1  # without the old one
    shown.page.go_back()
    expect(shown.page.locator("#query")).to_have_value("")
    assert shown.total() == NUMBER


def is_in_sight(shown: Visit) -> bool:
    """Tell whether the first word that was found lies within the list."""
    mark = shown.page.locator(".table tbody mark").first.bounding_box()
    frame = shown.page.locator(".table").bounding_box()
    return bool(mark and frame and mark["x"] + mark["width"] <= frame["x"] + frame["width"])


def test_what_was_found_is_in_sight_also_beside_an_opened_log(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?query=degrees", viewport={"width": 1280, "height": 760})
    alone = is_in_sight(shown)
    shown.page.locator(".table tbody tr").first.locator("td").nth(1).click()
    shown.page.wait_for_selector(".drawer .message")

    assert (alone, is_in_sight(shown)) == (True, True)


def test_the_bar_suggests_fields_and_values(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    query = shown.page.locator("#query")
    query.press_sequentially("mod")
    expect(shown.page.locator("#suggestions li").first).to_contain_text("model:")
    query.press("Tab")
    query.press_sequentially("CLAU")
    expect(shown.page.locator("#suggestions li")).to_have_count(1)
    expect(shown.page.locator("#suggestions li")).to_contain_text("model:claude-sonnet-4-5")
    query.press("ArrowDown")
    query.press("Enter")

    expect(shown.page.locator(".chip")).to_contain_text("claude-sonnet-4-5")
    assert address(shown)["only"] == "model:claude-sonnet-4-5"
    assert shown.total() == NUMBER / 3


def test_typed_conditions_become_filters(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.locator("#query").fill("model:gpt-4o -channel:1 degrees")
    shown.page.locator("#query").press("Enter")
    expect(shown.page.locator(".chip")).to_have_count(2)
    found = api.search(only="model:gpt-4o", exclude="channel:1", query="degrees", end_timestamp=2**41)

    assert address(shown)["query"] == "degrees"
    assert shown.total() == found["total"]


def test_values_are_chosen_added_and_excluded_in_the_filters(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    facet = shown.page.locator(".facet", has_text="Model")
    facet.locator("button.value", has_text="gpt-4o").click()
    assert shown.total() == NUMBER / 3
    facet.get_by_label("Add gemini-2.5-flash").check()
    assert shown.total() == NUMBER / 3 * 2
    facet.locator("button.value", has_text="gpt-4o").click()
    assert shown.total() == NUMBER / 3
    facet.locator("button.value", has_text="claude").click(modifiers=["Alt"])
    expect(shown.page.locator(".chip.excluded")).to_have_count(1)
    assert shown.total() == NUMBER / 3


def test_a_value_in_a_row_becomes_a_filter(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.locator(".table tbody tr").first.locator("td[data-field=token_name]").hover()
    shown.page.locator(".hover-menu").get_by_title("Not this").click()
    expect(shown.page.locator(".chip.excluded")).to_contain_text("token-0")

    assert shown.total() == NUMBER - NUMBER / 4


def test_dragging_over_the_chart_narrows_the_time(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.wait_for_selector(".bars .bar")
    box = shown.page.locator(".bars").bounding_box()
    assert box
    shown.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 20, steps=4)
    shown.page.mouse.up()
    shown.page.wait_for_url(re.compile("from=[0-9]+"))
    window = address(shown)
    found = api.search(start_timestamp=window["from"], end_timestamp=window["to"])

    assert 0 < shown.total() == found["total"] < NUMBER
    shown.page.go_back()
    expect(shown.page.locator(".total")).to_have_text(f"{NUMBER} logs")


def test_times_are_typed_and_the_zone_rules_the_list(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    local = shown.page.locator(".table tbody td").first.get_attribute("title") or ""
    shown.page.get_by_title("Time window and time zone").click()
    shown.page.get_by_label("From", exact=True).fill("-3h")
    shown.page.get_by_label("Time zone of list").select_option("UTC")
    shown.page.get_by_role("button", name="Search", exact=True).click()
    assert shown.total() == 36
    utc = shown.page.locator(".table tbody td").first.get_attribute("title") or ""

    assert address(shown)["from"] == "-3h"
    assert (int(local[11:13]) - int(utc[11:13])) % 24 == 8
    assert "timezone=UTC" in shown.asked("stats")[-1]


def test_every_page_opens_and_stays_as_it_was(logs: Logs, start_api: StartApi, visit: OpenVisit) -> None:
    today = logs_of_today()
    logs.store(today)
    shown = visit(start_api(logs.alias), "?per_page=20&only=group:ns-0")
    first = rows(shown)
    logs.store([event(0, today[0]["created_at"] + 30_000, id=7000, request_id="newer", group="ns-0")])
    shown.page.get_by_label("Next page").click()
    shown.page.wait_for_url(re.compile("page=2"))
    second = rows(shown)
    shown.page.get_by_label("Last page").click()
    shown.page.wait_for_url(re.compile("page=4"))
    last = rows(shown)

    assert (len(first), len(second), len(last)) == (20, 20, 20)
    assert len({*first, *second, *last}) == 60
    assert shown.total() == 80
    assert len(shown.asked("stats")) == 1  # the sums of the same logs are not asked again


@pytest.mark.parametrize("text", [str(OLD_ID), "old-request-42", "chatcmpl-old-42"])
def test_a_pasted_id_opens_its_log_whatever_the_window(api: RunningApi, visit: OpenVisit, text: str) -> None:
    shown = visit(api, "?from=-15m")
    shown.page.locator("#query").fill(f" {text} ")
    shown.page.locator("#query").press("Enter")
    expect(shown.page.locator(".conversation")).to_contain_text("It is 22 degrees.")

    assert address(shown)["open"] in (str(OLD_ID), "request:old-request-42")


def test_the_export_is_the_list_as_a_file(api: RunningApi, visit: OpenVisit, files: Path) -> None:
    shown = visit(api, "?only=model:gpt-4o&status=success")
    total = shown.total()
    shown.page.get_by_title("Save these logs as a file").click()
    expect(shown.page.locator(".export .panel")).to_contain_text(f"{total} logs")
    with shown.page.expect_download() as downloading:
        shown.page.get_by_text("CSV with the columns").click()
    downloading.value.save_as(files / "logs.csv")
    text = (files / "logs.csv").read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(text.splitlines()))

    assert len(lines) == total
    assert {line["model"] for line in lines} == {"gpt-4o"}
    assert lines[0]["created_at"].endswith("+08:00")
    expect(shown.page.locator(".toast.done")).to_contain_text(f"{total} logs")


def test_nothing_found_says_which_filter_to_drop(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?query=degrees&only=model:gpt-4o&only=model:none&exclude=model:gpt-4o")
    expect(shown.page.locator(".state h2")).to_have_text("No log matches these filters")
    expect(shown.page.locator(".offers button", has_text="Drop “Model none”")).to_contain_text("then 0 logs")
    dropped = shown.page.locator(".offers button", has_text=re.compile("\u2212Model gpt-4o"))
    expect(dropped).to_contain_text(re.compile(r"then \d+ logs"))
    promised = int(dropped.inner_text().split()[-2])
    shown.picture("empty")
    dropped.click()

    assert shown.total() == promised > 0
    assert "exclude" not in address(shown)


def test_a_broken_link_opens_and_says_what_was_ignored(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?page=zero&colour=red&only=nothing&status=success")

    expect(shown.page.locator(".note")).to_contain_text("page=zero, colour=red, only=nothing")
    assert shown.total() == NUMBER - NUMBER / 10


def test_what_the_api_refuses_is_said_beside_the_bar(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.locator("#query").fill(" ".join(f"w{number}" for number in range(101)))
    shown.page.locator("#query").press("Enter")

    expect(shown.page.locator(".query .wrong")).to_contain_text("has 101 words, at most 100 are allowed")


def test_a_view_is_saved_under_a_name_and_opened_again(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?only=channel:2&status=error")
    total = shown.total()
    shown.page.get_by_title("Views", exact=True).click()
    shown.page.get_by_label("Name of this view").fill("my errors")
    shown.page.get_by_role("button", name="Save", exact=True).click()
    shown.open()
    shown.page.get_by_title("Views", exact=True).click()
    shown.page.get_by_role("button", name="my errors", exact=True).click()

    expect(shown.page.locator(".chip")).to_contain_text("2")
    assert shown.total() == total < NUMBER


def test_a_link_has_relative_or_fixed_times(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?status=error&from=-6h", permissions=["clipboard-read", "clipboard-write"])
    copied = {}
    for name in ("Copy link", "Copy link with fixed times"):
        shown.page.get_by_title("Views", exact=True).click()
        shown.page.get_by_role("button", name=name, exact=True).click()
        copied[name] = dict(parse_qsl(urlsplit(shown.page.evaluate("navigator.clipboard.readText()")).query))
        shown.page.keyboard.press("Escape")
    fixed = copied["Copy link with fixed times"]

    assert copied["Copy link"] == {"status": "error", "from": "-6h"}
    assert fixed.keys() == {"status", "from", "to"}
    assert 0 <= int(fixed["to"]) - int(fixed["from"]) - 6 * 3_600_000 < 60_000


def test_a_view_needs_four_requests_and_none_for_bodies(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.wait_for_selector("[data-sum=requests]")
    shown.page.wait_for_selector(".fresh-note")

    assert sorted(urlsplit(one).path for one in shown.api_requests()) == [
        f"/api/logs/{route}" for route in ("facets", "freshness", "search", "stats")
    ]
    assert all("include_detail=false" in one for one in shown.asked("search"))


def test_a_second_visit_loads_nothing_but_the_page(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api).open()
    loaded = shown.page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.transferSize > 0).map((one) => one.name)"
    )

    assert [one for one in loaded if "/console/" in one] == []
