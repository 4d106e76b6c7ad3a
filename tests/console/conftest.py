"""Chromium for the tests of the console, and pages that remember what happened in them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from bench.console.chromium import CHROMIUM, HOW_TO_INSTALL, running_chromium
from tests.console.data.logs_of_today import logs_of_today
from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.repository import ROOT
from tests.support.servers import Servers

PICTURES = ROOT / ".pictures"
PATIENCE_MS = 40_000  # a busy machine takes its time
expect.set_options(timeout=PATIENCE_MS)


class Visit:
    """An open page, and what happened in it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requests: list[Request] = []
        self.troubles: list[str] = []  # errors, dialogs, requests to other places
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", self._asked)
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("dialog", self._dialog)

    def open(self, address: str = "") -> "Visit":
        """Go to an address of the console, and wait for its list or for what stands in its place."""
        self.page.goto(self.url + "/" + address)
        self.settled()
        return self

    def settled(self) -> None:
        """Wait until nothing is asked any more."""
        self.page.wait_for_function(SETTLED)

    def asked(self, route: str) -> list[str]:
        """Return the addresses that were asked of a route of the API."""
        return [one.url for one in self.requests if urlsplit(one.url).path.endswith(f"/{route}")]

    def api_requests(self) -> list[str]:
        """Return all requests to the API."""
        return [one.url for one in self.requests if urlsplit(one.url).path.startswith("/api/")]

    def total(self) -> int:
        """Return the number of logs that the page shows above its list."""
        self.settled()
        return int("".join(filter(str.isdigit, self.page.locator(".total").inner_text())))

    def picture(self, name: str) -> None:
        """Keep a picture, for people to look at."""
        PICTURES.mkdir(exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.troubles.append(f"request: {request.url}")

    def _logged(self, message: ConsoleMessage) -> None:
        # A refused request is an answer that the tests look at by themselves.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()


# The list, a state in its place, or the errors and the sums are there; and every request has been answered.
SETTLED = """() => document.querySelector('.table tbody tr, .state:not([aria-busy]), .groups, .cards')
  && !document.querySelector('.bar .spinner, .stale, .content-column [aria-busy="true"]')"""

OpenVisit = Callable[..., Visit]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all tests of the console."""
    if CHROMIUM is None:
        pytest.skip(HOW_TO_INSTALL)
    with running_chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser) -> Iterator[OpenVisit]:
    """Opens pages of an API; a page in which anything went wrong fails its test."""
    with ExitStack() as open_pages:
        visits: list[Visit] = []

        def start(api: RunningApi, address: str = "", **options: Any) -> Visit:
            settings = {"viewport": {"width": 1440, "height": 900}, "timezone_id": "Asia/Shanghai", "locale": "en-US"}
            context = open_pages.enter_context(browser.new_context(**{**settings, **options}))
            visits.append(Visit(context.new_page(), api.url))
            return visits[-1].open(address)

        yield start
        assert [trouble for one in visits for trouble in one.troubles] == []


@pytest.fixture(scope="module")
def filled(module_logs: Logs) -> Logs:
    """A day of logs."""
    module_logs.store(logs_of_today())
    return module_logs


@pytest.fixture(scope="module")
def api(servers: Servers, filled: Logs) -> Iterator[RunningApi]:
    """The API on a day of logs."""
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": filled.alias}) as api:
        yield api


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder for downloads."""
    return tmp_path
