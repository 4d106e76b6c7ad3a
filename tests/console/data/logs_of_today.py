"""The logs that the journeys look at: a day of requests, some with bodies, some failed."""

import time

from tests.console.data.bodies import (
    ANTHROPIC_EVENTS,
    ANTHROPIC_REQUEST,
    CHAT_REQUEST,
    CHAT_STREAM,
    GEMINI_PIECES,
    GEMINI_REQUEST,
    event,
    failed,
    sse,
)
from tests.support.logs import Event

NUMBER = 240
FIRST_ID = 1000
OLD_ID = 500_000  # of a log outside of every window but "all times"
DAY_MS = 86_400_000
CALLS = (
    (CHAT_REQUEST, CHAT_STREAM),
    (ANTHROPIC_REQUEST, sse(*ANTHROPIC_EVENTS, names=True)),
    (GEMINI_REQUEST, sse(*GEMINI_PIECES)),
)


def logs_of_today() -> list[Event]:
    """Return logs of the last 20 hours, the newest first, every tenth failed; and one of a month ago."""
    now = int(time.time() * 1000)
    logs = [_log(number, now - 60_000 - number * 300_000) for number in range(NUMBER)]
    names = {"id": OLD_ID, "request_id": "old-request-42", "upstream_id": "chatcmpl-old-42"}
    old = event(0, now - 20 * DAY_MS, *CALLS[0], group="ns-old", **names)
    return [*logs, old]


def _log(number: int, created_at: int) -> Event:
    if number % 10 == 3:
        return failed(number, created_at)
    return event(number, created_at, *CALLS[number % 3])
