"""People look for slow and expensive requests: with a view, with a range in the bar, from a number of an opened log."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from tests.console.conftest import OpenVisit, Visit
from tests.console.data.bodies import event
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers

NUMBER = 40
SECONDS = (None, 2, 12, 20, 95)  # from request to end; none where the gateway did not say when it began
AMOUNTS = (0, 0.004, 0.02, 0.25)
EXPENSIVE = [1000 + number for number in range(NUMBER) if number % 4 == 3]


def _log(number: int, now: int) -> Event:
    seconds, created_at = SECONDS[number % 5], now - number * 60_000
    numbers = {"used_amount": AMOUNTS[number % 4], "ttfb_milliseconds": 0, "retry_times": number % 3}
    return event(number, created_at, **numbers, request_at=None if seconds is None else created_at - seconds * 1000)


def lasting(seconds: int) -> list[int]:
    """Return the ids of the logs that lasted so long, or longer."""
    return [1000 + number for number in range(NUMBER) if (SECONDS[number % 5] or -1) >= seconds]


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on logs of the last hour, some slow, some expensive."""
    now = int(time.time() * 1000) - 60_000
    module_logs.store([_log(number, now) for number in range(NUMBER)])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def shown_ids(visit: Visit) -> list[int]:
    visit.settled()
    return sorted(int(row.get_attribute("data-name") or 0) for row in visit.page.locator(".table tbody tr").all())


def conditions(visit: Visit) -> list[tuple[str, str]]:
    """Return the conditions in the address of the page."""
    given = parse_qsl(urlsplit(visit.page.url).query)
    return [(name, value) for name, value in given if name in ("only", "exclude")]


def search(visit: Visit, typed: str) -> None:
    visit.page.locator("#query").fill(typed)
    visit.page.locator("#query").press("Enter")


def test_the_view_slow_shows_slow_logs_and_can_be_changed_in_the_bar(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.get_by_title("Views", exact=True).click()
    shown.page.get_by_role("button", name="Slow (20 s and more)", exact=True).click()
    expect(shown.page.locator(".chip")).to_contain_text("Duration 20 s and more")
    assert shown_ids(shown) == lasting(20)
    assert shown.total() == len(lasting(20)) == 16
    assert conditions(shown) == [("only", "duration_milliseconds:20000..")]
    shown.picture("slow")
    shown.page.get_by_title("Change this range").click()
    expect(shown.page.locator("#query")).to_have_value("duration:20s..")
    search(shown, "duration:12s..20s")
    expect(shown.page.locator(".chip")).to_contain_text("Duration 12 s to 20 s")

    assert shown_ids(shown) == [one for one in lasting(12) if one not in lasting(21)]
    shown.page.go_back()
    expect(shown.page.locator(".chip")).to_contain_text("Duration 20 s and more")
    assert shown_ids(shown) == lasting(20)


def test_the_view_expensive_shows_expensive_logs_with_four_requests(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.wait_for_selector(".fresh-note")
    shown.requests.clear()
    shown.page.get_by_title("Views", exact=True).click()
    shown.page.get_by_role("button", name="Expensive (0.1 and more)", exact=True).click()
    expect(shown.page.locator(".chip")).to_contain_text("Amount 0.1 and more")

    assert shown_ids(shown) == EXPENSIVE
    expect(shown.page.locator("[data-sum=requests] dd")).to_have_text(str(len(EXPENSIVE)))
    assert len(shown.api_requests()) <= 4


def test_a_range_is_typed_with_others_and_one_is_excluded(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    search(shown, "amount:0.02.. -duration:10s.. retries:..1")
    expect(shown.page.locator(".chip")).to_have_count(3)
    expect(shown.page.locator(".chip.excluded")).to_contain_text("−Duration 10 s and more")  # noqa: RUF001
    wanted = [
        1000 + number
        for number in range(NUMBER)
        if AMOUNTS[number % 4] >= 0.02 and number % 3 <= 1 and 1000 + number not in lasting(10)
    ]

    assert shown_ids(shown) == wanted
    assert wanted
    assert conditions(shown) == [
        ("only", "used_amount:0.02.."),
        ("exclude", "duration_milliseconds:10000.."),
        ("only", "retry_times:..1"),
    ]


def test_ranges_are_suggested(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.locator("#query").press_sequentially("dur")
    expect(shown.page.locator("#suggestions li")).to_contain_text(["duration:"])
    shown.page.locator("#query").press("Tab")
    expect(shown.page.locator("#suggestions li").nth(1)).to_contain_text("duration:10s..10 s and more")
    shown.page.locator("#suggestions li").nth(1).click()

    expect(shown.page.locator(".chip")).to_contain_text("Duration 10 s and more")
    assert shown_ids(shown) == lasting(10)


def test_a_broken_range_in_a_link_is_named_and_the_rest_opens(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(
        api, "?only=duration_milliseconds:9..1&exclude=used_amount:x..&only=used_amount:0.1..&only=toString:x"
    )

    note = "duration_milliseconds:9..1, exclude=used_amount:x.., only=toString:x"
    expect(shown.page.locator(".note")).to_contain_text(note)
    assert shown_ids(shown) == EXPENSIVE


def test_a_duration_of_an_opened_log_is_the_start_of_a_range(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?open=1002")
    shown.page.locator(".facts button", has_text="12.0 s").click()
    expect(shown.page.locator(".chip")).to_contain_text("Duration 12 s and more")
    assert shown_ids(shown) == lasting(12)
    shown.open("?open=1003&pane=fields")
    shown.page.get_by_label("From this value up: usage.total_tokens").click()

    expect(shown.page.locator(".chip")).to_contain_text("Tokens 33 and more")
    assert shown_ids(shown) == [1000 + number for number in range(3, NUMBER)]


def test_ranges_are_read_in_chinese(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(
        api, "?only=duration_milliseconds:30000..&exclude=used_amount:..0.01&only=retry_times:1..2", locale="zh-CN"
    )

    chips = shown.page.locator(".chip")
    expect(chips).to_contain_text(["耗时 30 s 及以上", "金额 0.01 及以下", "重试 1 至 2"])


def test_nothing_found_offers_to_drop_the_range(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?only=duration_milliseconds:600000..")
    offer = shown.page.locator(".offers button", has_text="Drop “Duration 10 min and more”")
    expect(offer).to_contain_text(f"then {NUMBER} logs")
    offer.click()

    assert shown.total() == NUMBER
