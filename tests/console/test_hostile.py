"""Text of a log is text: in no field and in no form of a body does any of it run, and nothing leaves the page."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import OpenVisit, Visit
from tests.console.data.bodies import (
    ANTHROPIC_REQUEST,
    CHAT_REQUEST,
    GEMINI_REQUEST,
    RESPONSES_REQUEST,
    chat_piece,
    event,
    sse,
)
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers

HOSTILE = (
    "</pre></script><script>alert(1)</script><img src=http://evil.test/x onerror=alert(2)>"
    "<svg/onload=alert(3)><iframe src=javascript:alert(4)></iframe><style>@import 'http://evil.test/s'</style>"
    '<a href="javascript:alert(5)" autofocus onfocus=alert(6)>x</a>{{7*7}}${7*7}`\u202e\u0000'
)
FIELDS = ("group", "model", "token_name", "user", "endpoint", "ip", "content")
ALWAYS_SAID = ("conversation", "raw", "fields")  # the others show nothing of a body that is no JSON
PANES = ("conversation", "assembled", "json", "raw", "fields", "around")


def poisoned(body: Any) -> Any:
    """Return a body with hostile text in place of every text that a provider does not choose itself."""
    if isinstance(body, dict):
        return {name: value if name in ("type", "role", "object") else poisoned(value) for name, value in body.items()}
    if isinstance(body, list):
        return [poisoned(one) for one in body]
    return HOSTILE if isinstance(body, str) else body


def _delta(**fields: Any) -> dict[str, Any]:
    return chat_piece({"role": HOSTILE, **fields}, HOSTILE)


def answers() -> list[Any]:
    """Return hostile answers, one in each form."""
    call = {"index": 0, "id": HOSTILE, "function": {"name": HOSTILE, "arguments": HOSTILE}}
    block = {"type": "text", "text": HOSTILE}
    usage = {HOSTILE: 1, "nested": {HOSTILE: 2}}
    return [
        sse(_delta(content=HOSTILE, reasoning_content=HOSTILE, tool_calls=[call]), {"usage": usage, "choices": []}),
        {"type": "message", "role": HOSTILE, "content": [block, {"type": HOSTILE, "x": HOSTILE}], "usage": usage},
        {"candidates": [{"content": {"parts": [{"text": HOSTILE}, {"functionCall": {"name": HOSTILE}}]}}]},
        {"object": "response", "output": [{"type": "message", "role": HOSTILE, "content": [block]}], "status": HOSTILE},
        {"error": {"message": HOSTILE, "type": HOSTILE, "code": HOSTILE}},
        HOSTILE,
        "data: " + HOSTILE,
    ]


def hostile_logs() -> list[Event]:
    """Return logs with hostile text everywhere."""
    now_ms = int(time.time() * 1000)
    requests = [*map(poisoned, (CHAT_REQUEST, ANTHROPIC_REQUEST, GEMINI_REQUEST, RESPONSES_REQUEST)), HOSTILE, "", "{"]
    extra = {"metadata": {HOSTILE: HOSTILE}, "undeclared": {HOSTILE: [HOSTILE]}, **dict.fromkeys(FIELDS, HOSTILE)}
    pairs = enumerate(zip(requests, answers(), strict=True))
    return [
        event(at, now_ms - at * 1000, *pair, code=500 - at, request_id=HOSTILE + str(at), **extra) for at, pair in pairs
    ]


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on hostile logs."""
    module_logs.store(hostile_logs())
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def assert_harmless(shown: Visit) -> None:
    """Check that no element of a log is in the page; the fixture checks that nothing ran and nothing left."""
    foreign = shown.page.locator(
        "iframe, img, style, script:not([src]), a[href^=javascript], [onload], [onerror], [onfocus]"
    )
    assert foreign.count() == 0
    assert shown.troubles == []


def test_the_list_the_filters_and_the_errors_show_it_as_text(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?query=alert")
    expect(shown.page.locator(".table")).to_contain_text("<script>")
    expect(shown.page.locator(".facets")).to_contain_text("<img src=http://evil.test/x")
    assert_harmless(shown)
    shown.page.locator(".facet button.value", has_text="evil").first.click()
    expect(shown.page.locator(".chip")).to_contain_text("<script>")
    assert_harmless(shown)
    shown.open("?tab=errors")
    expect(shown.page.locator(".groups")).to_contain_text("onerror=alert")
    assert_harmless(shown)
    shown.open("?tab=spend")
    expect(shown.page.locator(".tops")).to_contain_text("onerror=alert")
    assert_harmless(shown)


@pytest.mark.parametrize("number", range(7))
def test_every_pane_shows_it_as_text(api: RunningApi, visit: OpenVisit, number: int) -> None:
    shown = visit(api, f"?open={1000 + number}&query=alert")
    for pane in PANES:
        shown.page.locator(f"#tab-{pane}").click()
        shown.page.wait_for_selector(f"#tab-{pane}[aria-selected=true]")
        if pane in ALWAYS_SAID:
            expect(shown.page.locator("#pane")).to_contain_text("alert")
        shown.page.evaluate("document.querySelectorAll('#pane details').forEach((one) => { one.open = true; })")
        assert_harmless(shown)


def test_an_address_that_is_hostile_is_text_too(api: RunningApi, visit: OpenVisit) -> None:
    address = "?query=<img src=x onerror=alert(1)>&open=<svg/onload=alert(1)>&only=model:<script>alert(1)</script>"
    shown = visit(api, f"{address}&pane=__proto__&tab=constructor&colour=<b>red</b>")

    expect(shown.page.locator(".chip")).to_contain_text("<script>")
    assert_harmless(shown)


def test_the_policy_stops_what_would_get_past(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    refused = shown.page.evaluate(
        """async () => {
          const tries = {
            markup: () => { document.body.innerHTML = '<b>x</b>'; },
            elsewhere: () => fetch('http://evil.test/'),
          };
          const refused = [];
          for (const [name, attempt] of Object.entries(tries)) {
            try { await attempt(); } catch (error) { refused.push(name); }
          }
          return refused;
        }"""
    )

    assert refused == ["markup", "elsewhere"]
    assert shown.troubles
    shown.troubles.clear()  # the browser reports what it refused
