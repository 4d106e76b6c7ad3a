"""People watch: the live tail, errors, spend; a key that ends, and an API that goes away and comes back."""

import json
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from mappings.progress import progress_index, progress_template
from tests.console.conftest import OpenVisit, Visit
from tests.console.data.bodies import CHAT_REQUEST, CHAT_STREAM, event
from tests.console.data.logs_of_today import NUMBER, logs_of_today
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.servers import Servers
from tests.support.waiting import wait_until


def new(number: int, **fields: Any) -> Event:
    """Return a log of this moment."""
    now_ms = int(time.time() * 1000)
    return event(number, now_ms, CHAT_REQUEST, CHAT_STREAM, id=9000 + number, request_id=f"live-{number}", **fields)


def names(visit: Visit) -> list[str]:
    """Return the names of the logs in the list, sorted."""
    return sorted(row.get_attribute("data-name") or "" for row in visit.page.locator(".table tbody tr").all())


def port_of(api: RunningApi) -> str:
    return api.url.rpartition(":")[2]


@pytest.fixture
def run(servers: Servers, logs: Logs) -> Callable[..., AbstractContextManager[RunningApi]]:
    """Runs the API on the logs of one test, as often as it wants."""

    def running(**settings: str) -> AbstractContextManager[RunningApi]:
        return running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": logs.alias, **settings})

    return running


Run = Callable[..., AbstractContextManager[RunningApi]]


def test_new_logs_of_the_search_come_by_themselves(logs: Logs, run: Run, visit: OpenVisit) -> None:
    logs.store(logs_of_today())
    with run() as own:
        shown = visit(own, "?only=model:live&live=true&from=")
        expect(shown.page.locator(".pill.live")).to_have_text("live, 0 came")
        logs.store([new(1, model="live"), new(2, model="other"), new(3, model="live")])
        expect(shown.page.locator(".pill.live")).to_have_text("live, 2 came")
        assert names(shown) == ["9001", "9003"]
        shown.page.locator(".pill.live").click()
        logs.store([new(number, model="live") for number in range(4, 8)])
        expect(shown.page.locator(".pill")).to_have_text("paused, 4 new: resume")
        assert shown.page.locator(".table tbody tr").count() == 2
        shown.page.locator(".pill").click()
        expect(shown.page.locator(".table tbody tr")).to_have_count(6)
        shown.picture("live")


def test_a_tail_goes_on_where_it_was_after_a_restart(logs: Logs, run: Run, visit: OpenVisit) -> None:
    logs.store([new(1)])
    with run() as first:
        shown = visit(first, "?live=true&from=")
        expect(shown.page.locator(".pill.live")).to_have_text("live, 0 came")
    expect(shown.page.locator(".pill .dot.warn")).to_be_visible()
    logs.store([new(2), new(3)])
    with run(API_PORT=port_of(first)):
        expect(shown.page.locator(".pill.live")).to_have_text("live, 2 came")

    assert names(shown) == ["9001", "9002", "9003"]


def test_errors_are_grouped_and_a_group_opens_its_logs(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?tab=errors")
    groups = shown.page.locator(".groups tbody tr")
    expect(groups).to_have_count(1)
    expect(groups.first.locator(".message-text")).to_have_text("limit n reached, please try again later")
    expect(groups.first.locator("td").first).to_contain_text("24")
    shown.picture("errors")
    groups.first.locator(".message-text button").click()

    assert shown.total() == 24
    expect(shown.page.locator(".table .status").first).to_have_text("429")


def test_logs_that_came_since_are_offered(logs: Logs, run: Run, visit: OpenVisit) -> None:
    logs.store([new(1)])
    with run() as own:
        shown = visit(own)
        shown.page.clock.install()
        shown.open()
        shown.page.wait_for_selector(".fresh-note")
        logs.store([new(2), new(3)])
        pill = shown.page.locator(".pill")

        def is_offered() -> bool:
            shown.page.clock.fast_forward(16_000)
            return pill.count() == 1

        wait_until(is_offered)
        expect(pill).to_have_text("2 new")
        assert shown.total() == 1
        shown.page.locator(".pill").click()

        expect(shown.page.locator(".total")).to_have_text("3 logs")


def test_an_index_behind_kafka_is_said_at_the_top_of_the_page(logs: Logs, run: Run, visit: OpenVisit) -> None:
    now_ms = int(time.time() * 1000)
    late = {"topic": "t", "partition": 0, "waiting": 1234, "complete_to": now_ms - 600_000, "checked_at": now_ms}
    logs.store([new(1)])
    logs.client.indices.put_index_template(name=progress_index(logs.alias), body=progress_template(logs.alias))
    logs.client.index(index=progress_index(logs.alias), id="t-0", document=late, refresh=True)
    with run() as own:
        shown = visit(own)
        expect(shown.page.locator(".fresh-note.late")).to_contain_text("The index is 10 min")
        expect(shown.page.locator(".fresh-note")).to_have_attribute("title", re.compile("1,234 records wait"))
        shown.picture("behind")
        logs.client.update(
            index=progress_index(logs.alias), id="t-0", doc={"complete_to": now_ms + 600_000}, refresh=True
        )
        shown.open()

        expect(shown.page.locator(".fresh-note")).to_contain_text("newest log")
        expect(shown.page.locator(".fresh-note.late")).to_have_count(0)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A file with a key of one group."""
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"ns-1": ["mine"]}))
    return file


def test_a_groups_key_shows_that_groups_page(
    start_api: StartApi, filled: Logs, visit: OpenVisit, key_file: Path
) -> None:
    locked = start_api(filled.alias, API_ADMIN_KEYS="admin", API_GROUP_KEYS_FILE=str(key_file))
    shown = visit(locked)
    expect(shown.page.locator(".state h2")).to_have_text("A key is needed to read logs")
    shown.picture("key")
    shown.page.get_by_label("Key", exact=True).fill("wrong")
    shown.page.get_by_role("button", name="Open", exact=True).click()
    expect(shown.page.locator(".state h2")).to_have_text("A key is needed to read logs")
    shown.page.get_by_label("Key", exact=True).fill("mine")
    shown.page.get_by_role("button", name="Open", exact=True).click()
    expect(shown.page.locator(".badge")).to_have_text("ns-1")
    headings = shown.page.locator(".table th").all_inner_texts()

    assert shown.total() == NUMBER / 3
    assert not {"Group", "Channel"} & set(headings)
    assert shown.page.locator(".facet", has_text="Channel").count() == 0
    assert not any("mine" in one for one in shown.api_requests())  # the key is in no address
    assert shown.page.evaluate("JSON.stringify(localStorage)").find("mine") == -1


def test_a_key_that_ends_mid_visit_is_asked_for_again(
    start_api: StartApi, filled: Logs, visit: OpenVisit, key_file: Path
) -> None:
    locked = start_api(filled.alias, API_GROUP_KEYS_FILE=str(key_file))
    shown = visit(locked, "?group=ns-1")
    shown.page.get_by_label("Key", exact=True).fill("mine")
    shown.page.get_by_role("button", name="Open", exact=True).click()
    expect(shown.page.locator(".total")).to_have_text("80 logs")
    key_file.write_text(json.dumps({"ns-1": ["another"]}))
    wait_until(lambda: locked.get("/api/key", headers={"Authorization": "mine"}).status_code == 401)
    shown.page.get_by_label("Search again (r)").click()
    expect(shown.page.locator(".state h2")).to_have_text("A key is needed to read logs")
    shown.page.get_by_label("Key", exact=True).fill("another")
    shown.page.get_by_role("button", name="Open", exact=True).click()

    expect(shown.page.locator(".total")).to_have_text("80 logs")


def test_a_key_that_ends_under_an_open_tail_is_asked_for_again(
    start_api: StartApi, filled: Logs, visit: OpenVisit, key_file: Path
) -> None:
    locked = start_api(filled.alias, API_GROUP_KEYS_FILE=str(key_file))
    shown = visit(locked, "?group=ns-1&live=true")
    shown.page.get_by_label("Key", exact=True).fill("mine")
    shown.page.get_by_role("button", name="Open", exact=True).click()
    expect(shown.page.locator(".pill.live")).to_be_visible()
    key_file.write_text(json.dumps({"ns-1": ["another"]}))
    expect(shown.page.locator(".state h2")).to_have_text("A key is needed to read logs")
    shown.page.get_by_label("Key", exact=True).fill("another")
    shown.page.get_by_role("button", name="Open", exact=True).click()

    expect(shown.page.locator(".pill.live")).to_be_visible()
    expect(shown.page.locator(".table tbody tr").first).to_be_visible()


def test_a_stream_that_is_refused_offers_to_search_again(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    refused = {"status": 400, "body": '{"success":false,"message":"too old"}'}
    shown.page.route("**/tail?**", lambda route: route.fulfill(**refused), times=1)
    shown.page.get_by_role("button", name="Live").click()
    shown.page.get_by_role("button", name="The stream has ended: search again").click()

    expect(shown.page.locator(".pill.live")).to_be_visible()


def test_an_api_that_goes_away_and_comes_back_is_no_reason_to_reload(logs: Logs, run: Run, visit: OpenVisit) -> None:
    logs.store([new(1)])
    with run() as first:
        shown = visit(first)
    shown.page.get_by_label("Search again (r)").click()
    expect(shown.page.locator(".state h2")).to_have_text("The API does not answer")
    shown.picture("away")
    with run(API_PORT=port_of(first)):
        expect(shown.page.locator(".total")).to_have_text("1 log")
