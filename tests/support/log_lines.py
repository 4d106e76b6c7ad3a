"""The log lines of a program that runs."""

import json
from pathlib import Path
from typing import Any

from tests.support.programs import RunningApi


def log_text(api: RunningApi) -> str:
    """Return what the API has written to stderr so far."""
    return Path(f"/proc/{api.process.pid}/fd/2").read_text()


def log_lines(api: RunningApi, event: str) -> list[dict[str, Any]]:
    """Return its lines of one kind."""
    lines = [json.loads(line) for line in log_text(api).splitlines() if line.startswith("{") and line.endswith("}")]
    return [line for line in lines if line["event"] == event]


def line_of(api: RunningApi, event: str, request_id: str) -> dict[str, Any]:
    """Return the one line of one kind with this request id."""
    (line,) = [line for line in log_lines(api, event) if line["request_id"] == request_id]
    return line
