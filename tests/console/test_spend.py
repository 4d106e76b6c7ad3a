"""People look at spend and speed: sums, what was used over time by whom, and who used most."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.console.conftest import OpenVisit, Visit
from tests.console.data.logs_of_today import NUMBER
from tests.support.programs import RunningApi
from tests.support.waiting import wait_until


def figures(shown: Visit, api: RunningApi) -> Any:
    """Return what the API says to the last request of the page for figures."""
    return api.get(shown.asked("stats")[-1].removeprefix(api.url)).json()["data"]


def legend(shown: Visit) -> list[str]:
    """Return the names of the series."""
    shown.settled()
    return shown.page.locator(".legend .ellipsis").all_inner_texts()


def entry(shown: Visit, name: str) -> Locator:
    """Return the entry of a value in the legend."""
    return shown.page.locator(".legend .entry", has=shown.page.get_by_text(name, exact=True))


def test_spend_and_speed_are_those_of_the_api(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?tab=spend")
    found = figures(shown, api)
    amount = shown.page.locator(".card", has_text="amount").locator("dd")

    expect(amount).to_contain_text(f"{found['used_amount']:.6f}".rstrip("0"))
    expect(shown.page.locator(".top").first.locator("li")).to_have_count(3)
    assert legend(shown) == [one["value"] for one in found["series"]["values"]]
    shown.page.wait_for_selector(".fresh-note")
    assert len(shown.api_requests()) == 2
    shown.picture("spend")


def test_the_bars_are_stacked_by_value_and_fill_their_height(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?tab=spend&measure=requests")
    highest = max(bar["total"] for bar in figures(shown, api)["histogram"])
    heights: list[float] = shown.page.evaluate(
        """() => [...document.querySelectorAll('.series .bar')].map((bar) => [...bar.querySelectorAll('i')]
          .reduce((sum, part) => sum + parseFloat(part.style.height), 0))"""
    )
    expected = [bar["total"] / highest * 100 for bar in figures(shown, api)["histogram"]]

    assert heights == pytest.approx(expected, abs=0.01)


def test_another_measure_needs_no_request_and_another_field_needs_one(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?tab=spend")
    shown.page.get_by_role("button", name="Tokens", exact=True).click()
    expect(entry(shown, "gpt-4o").locator(".number")).not_to_contain_text("0.")
    assert len(shown.asked("stats")) == 1
    shown.page.get_by_role("button", name="Channel", exact=True).click()
    expect(shown.page.locator(".legend li")).to_have_count(4)

    asked = [parse_qs(urlsplit(one).query)["by"] for one in shown.asked("stats")]
    assert asked == [["model"], ["channel"]]
    assert "by=channel" in shown.page.url
    assert "measure=tokens" in shown.page.url
    shown.page.go_back()
    expect(entry(shown, "gpt-4o")).to_be_visible()


def test_a_value_of_the_legend_becomes_a_filter(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?tab=spend&by=token_name&measure=requests")
    expect(entry(shown, "token-1").locator(".number")).to_have_text(str(NUMBER // 4))
    entry(shown, "token-1").click()
    expect(shown.page.locator(".legend li")).to_have_count(1)

    assert parse_qs(urlsplit(shown.page.url).query)["only"] == ["token_name:token-1"]
    assert figures(shown, api)["total"] == NUMBER / 4


def test_the_legend_says_what_the_bar_under_the_mouse_has(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?tab=spend&measure=requests")
    found = figures(shown, api)
    index = max(range(len(found["histogram"])), key=lambda at: found["histogram"][at]["total"])
    shown.page.locator(".series .bar").nth(index).hover()
    expect(shown.page.locator(".when-hovered")).to_contain_text(found["histogram"][index]["start"][:10])
    numbers = shown.page.locator(".legend .number").all_inner_texts()

    assert numbers == [str(one["count"][index]) for one in found["series"]["values"]]
    assert shown.page.locator(".series .tip").inner_text().startswith(found["histogram"][index]["start"][:10])
    entry(shown, str(found["series"]["values"][1]["value"])).hover()
    expect(shown.page.locator(".series .part.hue-0.faint").first).to_be_attached()
    assert shown.page.locator(".series .bars .part.hue-1.faint").count() == 0


def test_the_bars_are_read_and_zoomed_by_keyboard(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?tab=spend")
    bars = shown.page.locator(".series .bars")
    bars.focus()
    shown.page.keyboard.press("End")
    shown.page.keyboard.press("ArrowLeft")
    starts = [bar["start"] for bar in figures(shown, api)["histogram"]]
    expect(bars).to_have_attribute("aria-valuenow", str(len(starts) - 2))
    expect(bars).to_have_attribute("aria-valuetext", re.compile(f"^{starts[-2][:10]} {starts[-2][11:19]}: .*gpt-4o"))
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_url(re.compile("from=[0-9]+"))

    wait_until(lambda: figures(shown, api)["start"] == starts[-2])


def test_a_groups_page_shows_no_channels(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?tab=spend&group=ns-1&by=channel")
    choices = shown.page.get_by_role("group", name="Over time by").get_by_role("button")

    assert choices.all_inner_texts() == ["Model", "Token", "User"]
    assert ["by=model" in one for one in shown.asked("stats")] == [True]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_works_at_400_pixels_in_chinese(api: RunningApi, visit: OpenVisit, scheme: str) -> None:
    small = {"viewport": {"width": 400, "height": 800}, "has_touch": True, "locale": "zh-CN", "color_scheme": scheme}
    shown = visit(api, "?tab=spend&by=user", **small)
    expect(shown.page.get_by_role("group", name="时间分布依据")).to_be_visible()
    widths: list[int] = shown.page.evaluate(
        "(() => { const view = document.querySelector('.spend-view'); return [view.scrollWidth, view.clientWidth]; })()"
    )
    shown.picture(f"spend-narrow-{scheme}")

    assert widths[0] <= widths[1]
    assert Axe().run(shown.page).response["violations"] == []
