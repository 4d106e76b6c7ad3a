"""Rules of accessibility (axe-core), in both themes; and everything can be reached by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.console.conftest import OpenVisit, Visit
from tests.console.data.logs_of_today import FIRST_ID
from tests.support.programs import RunningApi

STATES = {
    "list": "?query=degrees&only=channel:1&only=channel:2&exclude=code:429",
    "drawer": f"?open={FIRST_ID}",
    "json": f"?open={FIRST_ID}&pane=json",
    "fields": f"?open={FIRST_ID}&pane=fields",
    "around": f"?open={FIRST_ID}&pane=around",
    "errors": "?tab=errors",
    "spend": "?tab=spend",
    "empty": "?query=nothingatall",
}


def findings(shown: Visit) -> list[str]:
    """Return what breaks a rule, with the first place where it does."""
    found = Axe().run(shown.page).response["violations"]
    return [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_no_rule_is_broken(api: RunningApi, visit: OpenVisit, state: str, scheme: str) -> None:
    shown = visit(api, STATES[state], color_scheme=scheme)

    assert findings(shown) == []


@pytest.mark.parametrize("title", ["Settings", "Time window and time zone", "Views", "Choose the columns"])
def test_no_rule_is_broken_in_what_opens(api: RunningApi, visit: OpenVisit, title: str) -> None:
    shown = visit(api)
    shown.page.get_by_title(title, exact=True).first.click()
    expect(shown.page.locator(".popover .panel")).to_be_visible()

    assert findings(shown) == []


def test_the_help_sheet_opens_by_a_key_and_its_examples_search(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.keyboard.press("?")
    expect(shown.page.locator("dialog.help")).to_be_visible()
    assert findings(shown) == []
    shown.page.get_by_role("button", name="-code:429 status:500").click()

    expect(shown.page.locator(".chip")).to_have_count(2)
    expect(shown.page.locator("dialog.help")).to_have_count(0)


def test_the_bar_is_reached_by_a_key(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.keyboard.press("/")

    expect(shown.page.locator("#query")).to_be_focused()
