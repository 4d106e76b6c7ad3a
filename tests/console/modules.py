"""The modules of the page in a browser, without the page: called from Python, arguments and results as JSON."""

import json
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route

from tests.support.repository import ROOT

STATIC = ROOT / "api/console/static"
ORIGIN = "http://modules.test"


class Modules(NamedTuple):
    """A page that has nothing but the modules."""

    page: Page

    def path(self, module: str) -> str:
        """Return the address of a module."""
        return f"{ORIGIN}/{module}"

    def call(self, module: str, function: str, *arguments: Any) -> Any:
        """Return what a function of a module returns."""
        # As text: values may be nested deeper than the bridge to the browser takes.
        run = "async ([path, name, given]) => JSON.stringify((await import(path))[name](...given)) ?? 'null'"
        return json.loads(self.page.evaluate(run, [self.path(module), function, arguments]))


@contextmanager
def open_modules(browser: Browser) -> Iterator[Modules]:
    """Serve the files of the page to a browser, without any server."""
    with browser.new_context(locale="en-US", timezone_id="UTC") as context:
        context.route(f"{ORIGIN}/**", _serve)
        page = context.new_page()
        page.goto(f"{ORIGIN}/")
        yield Modules(page)


def _serve(route: Route) -> None:
    path = urlsplit(route.request.url).path.lstrip("/")
    file = STATIC / path
    if path and file.is_file():
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(path)[0] or "text/plain")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")
