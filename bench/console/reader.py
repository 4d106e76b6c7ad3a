"""What a reader does in the page, and when the page shows what it is done for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import quote

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from bench.console.large_log import LARGE_ID, LARGE_REQUEST_ID
from stack.errors import CommandError

EVERY_LOG = "/?from=-30d"
PATIENCE_MS = 120_000
PANES = ("assembled", "json", "raw", "fields", "conversation")
# In the page: the driver would look through the whole document first, in the same thread.
CLICK = "(selector) => document.querySelector(selector).click()"
# A long task holds up the page for 50 ms or more. `shown` resolves to the first frame in which a condition is true.
OBSERVE = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((one) => one.duration)))
    .observe({ type: "longtask", buffered: true });
  window.shown = (isShown) => new Promise((resolve, reject) => {
    const look = () => (isShown() ? resolve(performance.timeOrigin + performance.now()) : requestAnimationFrame(look));
    setTimeout(() => reject(new Error(`not shown within a minute: ${isShown}`)), 60000);
    look();
  });
  window.has = (selector) => document.querySelector(selector) !== null;
  window.hasAnswer = (route, text) => performance.getEntriesByType("resource")
    .some((one) => one.responseEnd && one.name.includes(route) && one.name.includes(text));
}"""
LIST = "has('.table:not(.stale) tbody tr')"
REST = "has('[data-sum=requests]') && has('.facet li') && has('.bars .bar')"


class Wait(NamedTuple):
    """From what the reader did to what the page shows, epoch ms."""

    begin: float
    end: float


class FirstView(NamedTuple):
    """The waits of a first visit, without anything in the browser's cache."""

    paint: Wait
    logs: Wait
    everything: Wait


def first_view(browser: Browser, url: str) -> FirstView:
    """Open the page as somebody who was never there."""
    with _page(browser) as page:
        page.goto(url + EVERY_LOG, wait_until="commit")
        begin = page.evaluate("performance.timeOrigin")
        logs = _shown(page, LIST)
        everything = _shown(page, f"{LIST} && {REST}")
        paint = begin + page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        return FirstView(Wait(begin, paint), Wait(begin, logs), Wait(begin, everything))


class Reader:
    """A page with all logs that stays open."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._url = url

    def search(self, word: str) -> Wait:
        """Type a word and press Enter; wait for its list."""
        self._open(EVERY_LOG)
        self._page.locator("#query").fill(word)
        begin = self._press("Enter")
        return Wait(begin, _shown(self._page, f"hasAnswer('/search?', 'query={quote(word)}') && {LIST}"))

    def suggest(self, text: str) -> Wait:
        """Type the beginning of a value; wait for the values with their counts."""
        self._open(EVERY_LOG)
        self._page.locator("#query").fill(text[:-1])
        self._page.locator("#query").press("Escape")
        begin = self._press(text[-1])
        return Wait(begin, _shown(self._page, "has('[role=option]') && hasAnswer('/facets?', 'prefix')"))

    def open_large(self) -> tuple[Wait, list[float]]:
        """Open the log of 1 MB; return also the long tasks, ms, until all its panes were shown."""
        self._open(f"{EVERY_LOG}&only=request_id%3A{LARGE_REQUEST_ID}")
        self._page.evaluate("longTasks.length = 0")
        begin = self._now()
        self._page.evaluate(CLICK, f"tr[data-name='{LARGE_ID}'] td")
        wait = Wait(begin, _shown(self._page, "has('.conversation .message.assistant')"))
        for pane in PANES:
            self._page.evaluate(CLICK, f"#tab-{pane}")
            _shown(self._page, f"has('#tab-{pane}[aria-selected=true]') && has('#pane *')")
        tasks: list[float] = self._page.evaluate("new Promise((done) => setTimeout(() => done(longTasks), 200))")
        return wait, tasks

    def _open(self, address: str) -> None:
        self._page.goto(self._url + address)
        _shown(self._page, f"{LIST} && {REST}")
        self._page.evaluate("performance.clearResourceTimings()")

    def _press(self, key: str) -> float:
        begin = self._now()
        self._page.locator("#query").press(key)
        return begin

    def _now(self) -> float:
        return float(self._page.evaluate("performance.timeOrigin + performance.now()"))


@contextmanager
def open_reader(browser: Browser, url: str) -> Iterator[Reader]:
    """Open a page that stays open."""
    with _page(browser) as page:
        yield Reader(page, url)


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    options: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"}
    with browser.new_context(**options) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(f"({OBSERVE})()")
        yield page


def _shown(page: Page, condition: str) -> float:
    try:
        return float(page.evaluate(f"shown(() => {condition})"))
    except PlaywrightError as error:
        said = page.locator("body").inner_text()[:300]
        raise CommandError(f"the page does not come to {condition}; it says: {said}") from error
