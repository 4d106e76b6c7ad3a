"""People arrange the list: which columns, in which order, how wide; with or without the chart above it."""

import csv
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.console.conftest import OpenVisit, Visit
from tests.support.programs import RunningApi

CHOSEN = ["time", "model", "user", "text"]


def columns(shown: Visit) -> list[str]:
    """Return the names of the columns, in their order."""
    return [one.get_attribute("data-column") or "" for one in shown.page.locator(".table th").all()]


def heading(shown: Visit, name: str) -> Locator:
    return shown.page.locator(f".table th[data-column={name}]")


def arranged(api: RunningApi, visit: OpenVisit) -> Visit:
    """Open the list with few columns."""
    shown = visit(api)
    preferences = f"JSON.stringify({{...JSON.parse(localStorage.getItem(name)), columns: {CHOSEN}}})"
    shown.page.evaluate(f"(name) => localStorage.setItem(name, {preferences})", "gateway-logs.preferences")
    shown.open()
    assert columns(shown) == CHOSEN
    return shown


def drag_edge(shown: Visit, name: str, pixels: int) -> None:
    """Drag the edge of a heading to the right."""
    box = heading(shown, name).bounding_box()
    assert box
    x, y = box["x"] + box["width"] - 4, box["y"] + box["height"] / 2
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    shown.page.mouse.move(x + pixels, y, steps=4)
    shown.page.mouse.up()


def width(shown: Visit, name: str) -> int:
    """Return the width of a column, which every row has."""
    widths = shown.page.locator(f".table .of-{name}").evaluate_all("(cells) => cells.map((cell) => cell.offsetWidth)")
    assert len(set(widths)) == 1
    return int(widths[0])


def test_the_columns_are_chosen(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.get_by_title("Choose the columns").click()
    shown.page.get_by_label("User", exact=True).check()
    expect(shown.page.get_by_label("User", exact=True)).to_be_focused()
    shown.page.get_by_label("Channel", exact=True).uncheck()
    shown.page.keyboard.press("Escape")
    shown.open()

    assert "user" in columns(shown)
    assert "channel" not in columns(shown)


def test_a_dragged_column_stays_where_it_was_put_also_in_the_export(
    api: RunningApi, visit: OpenVisit, files: Path
) -> None:
    shown = arranged(api, visit)
    heading(shown, "time").drag_to(heading(shown, "user"))
    assert columns(shown) == ["model", "user", "time", "text"]
    heading(shown, "user").drag_to(heading(shown, "model"))
    assert columns(shown) == ["user", "model", "time", "text"]
    shown.open()
    assert columns(shown) == ["user", "model", "time", "text"]
    first = shown.page.locator(".table tbody tr").first.locator("td")
    assert [first.nth(at).get_attribute("data-field") for at in (0, 1)] == ["user", "model"]
    shown.page.get_by_title("Save these logs as a file").click()
    with shown.page.expect_download() as downloading:
        shown.page.get_by_text("CSV with the columns").click()
    downloading.value.save_as(files / "logs.csv")
    with (files / "logs.csv").open(encoding="utf-8-sig") as file:
        assert next(csv.reader(file)) == ["user", "model", "created_at", "content"]


def test_dragging_a_heading_does_not_sort(api: RunningApi, visit: OpenVisit) -> None:
    shown = arranged(api, visit)
    shown.page.get_by_role("button", name="Time", exact=False).drag_to(heading(shown, "model"))

    assert columns(shown) == ["model", "time", "user", "text"]
    assert "order=" not in shown.page.url


def test_keys_move_a_column_and_change_its_width(api: RunningApi, visit: OpenVisit) -> None:
    shown = arranged(api, visit)
    heading(shown, "user").focus()
    shown.page.keyboard.press("Alt+ArrowLeft")
    shown.page.keyboard.press("Alt+ArrowLeft")
    expect(heading(shown, "user")).to_be_focused()
    assert columns(shown) == ["user", "time", "model", "text"]
    before = width(shown, "user")
    shown.page.keyboard.press("Shift+ArrowRight")
    shown.page.keyboard.press("Shift+ArrowRight")
    assert width(shown, "user") == before + 32
    heading(shown, "time").locator("button").focus()
    shown.page.keyboard.press("Alt+ArrowRight")

    expect(heading(shown, "time").locator("button")).to_be_focused()
    assert columns(shown) == ["user", "model", "time", "text"]


def test_the_menu_moves_a_column_and_the_keyboard_stays_on_it(api: RunningApi, visit: OpenVisit) -> None:
    shown = arranged(api, visit)
    shown.page.get_by_title("Choose the columns").click()
    shown.page.get_by_role("button", name="User to the left").focus()
    shown.page.keyboard.press("Enter")
    expect(shown.page.get_by_role("button", name="User to the left")).to_be_focused()
    shown.page.keyboard.press("Enter")
    expect(shown.page.get_by_label("User", exact=True)).to_be_focused()  # there is nothing further to the left
    shown.picture("columns")

    assert columns(shown) == ["user", "time", "model", "text"]


def test_an_edge_that_is_dragged_changes_the_width_until_it_is_clicked_twice(api: RunningApi, visit: OpenVisit) -> None:
    shown = arranged(api, visit)
    before = width(shown, "model")
    drag_edge(shown, "model", 90)
    assert width(shown, "model") == before + 90
    drag_edge(shown, "model", -5000)
    narrow = width(shown, "model")
    shown.open()
    assert width(shown, "model") == narrow < before
    assert columns(shown) == CHOSEN
    heading(shown, "model").locator(".edge").dblclick()

    assert width(shown, "model") == before


def test_without_the_text_the_list_is_as_wide_as_its_columns(api: RunningApi, visit: OpenVisit) -> None:
    shown = arranged(api, visit)
    shown.page.get_by_title("Choose the columns").click()
    shown.page.get_by_label("Found or said", exact=True).uncheck()
    shown.page.keyboard.press("Escape")
    drag_edge(shown, "user", 60)
    widths = [width(shown, name) for name in columns(shown)]

    assert sum(widths) == shown.page.locator(".table table").evaluate("(table) => table.offsetWidth")


def test_the_usual_columns_come_back_with_their_widths(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    usual = columns(shown), width(shown, "model")
    drag_edge(shown, "model", 40)
    heading(shown, "model").focus()
    shown.page.keyboard.press("Alt+ArrowRight")
    assert columns(shown) != usual[0]
    shown.page.get_by_title("Choose the columns").click()
    shown.page.get_by_role("button", name="Usual columns").click()

    assert (columns(shown), width(shown, "model")) == usual


@pytest.mark.parametrize(
    "kept", ['{"columns": 5, "widths": [null]}', '{"columns": ["x", 1], "widths": {"model": "a"}}']
)
def test_what_was_kept_and_makes_no_sense_is_left_out(api: RunningApi, visit: OpenVisit, kept: str) -> None:
    shown = visit(api)
    usual = columns(shown)
    shown.page.evaluate("(kept) => localStorage.setItem('gateway-logs.preferences', kept)", kept)
    shown.open()

    assert columns(shown) == usual


def test_bars_of_a_chart_that_is_hidden_are_not_asked_for(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    chart = shown.page.get_by_label("Chart above the list")
    shown.page.get_by_title("Settings").click()
    chart.uncheck()
    expect(shown.page.locator(".histogram")).to_have_count(0)
    shown.page.wait_for_selector("[data-sum=requests]")
    shown.settled()
    chart.check()
    expect(shown.page.locator(".histogram .bar").first).to_be_attached()
    asked = [parse_qs(urlsplit(one).query) for one in shown.asked("stats")]

    assert [one.get("interval") for one in asked] == [None, ["none"], None]
    assert [one["size"] for one in asked] == [["0"]] * 3
