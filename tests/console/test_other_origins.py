"""A page of another origin reads the answers in a real browser, with what monitoring and HTTP clients add."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS

ADDED = {
    "Authorization": "Bearer root",
    "Cache-Control": "no-cache",
    "If-None-Match": '"1"',
    "Last-Event-ID": "",
    "Pragma": "no-cache",
    "X-Request-Id": "of-the-panel",
    "X-Requested-With": "XMLHttpRequest",
    "baggage": "a=1",
    "sentry-trace": "0-0",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate": "a=1",
}
FETCH = """async ([address, headers]) => {
  const answer = await fetch(address, { headers });
  return { status: answer.status, size: (await answer.text()).length, headers: Object.fromEntries(answer.headers) };
}"""
EVENTS = """(address) => new Promise((done, failed) => {
  const events = new EventSource(address);
  events.addEventListener("start", (event) => { events.close(); done(event.data); });
  events.onerror = () => failed(new Error("no stream"));
})"""


class Panel(BaseHTTPRequestHandler):
    """A page of another origin."""

    def do_GET(self) -> None:  # the name is the server's
        """Answer the page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>a panel")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def panel() -> Iterator[str]:
    """The origin of a panel on another port."""
    with HTTPServer(("127.0.0.1", 0), Panel) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs, panel: str) -> Iterator[RunningApi]:
    """The API that lets the panel in."""
    module_logs.store([{"id": 1, "created_at": NOON_MS, "group": "ns"}])
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api({**store, "API_ADMIN_KEYS": "root", "API_CORS_ORIGINS": panel}) as api:
        yield api


@pytest.fixture
def run(browser: Browser, panel: str) -> Iterator[Any]:
    """Runs a script in the page of the panel."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{panel}/")
        yield page.evaluate


def test_a_page_of_another_origin_sends_its_headers_and_reads_those_of_an_export(api: RunningApi, run: Any) -> None:
    answer = run(FETCH, [f"{api.url}/api/logs/export?nope=1", ADDED])

    assert answer["status"] == 200
    assert answer["size"] > 0
    assert answer["headers"]["x-request-id"] == "of-the-panel"
    assert answer["headers"]["x-export-total"] == "1"
    assert answer["headers"]["x-export-message"] == "unknown parameters ignored: nope"
    assert answer["headers"]["content-disposition"] == 'attachment; filename="logs.csv"'


def test_a_page_of_another_origin_reads_when_to_try_again(api: RunningApi, run: Any) -> None:
    refused = run(FETCH, [f"{api.url}/api/logs/search", {"Authorization": "wrong"}])

    assert (refused["status"], refused["size"] > 0) == (401, True)


def test_an_event_source_of_another_origin_reads_a_tail_with_its_key_in_the_address(api: RunningApi, run: Any) -> None:
    assert run(EVENTS, f"{api.url}/api/logs/tail?key=root") == '{"message":""}'


def test_a_header_that_is_not_in_the_list_is_refused_by_the_browser(api: RunningApi, run: Any) -> None:
    with pytest.raises(Exception, match="Failed to fetch"):
        run(FETCH, [f"{api.url}/api/logs/search", {**ADDED, "X-Other": "1"}])
