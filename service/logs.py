"""Structured log lines: readable on a terminal, one JSON object per line anywhere else.

No line holds the text of an exception: it may quote an event (`tracebacks`).
"""

import json
import logging
import sys
import threading
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

from service.control_characters import without_controls
from service.tracebacks import Formatter, exception_dicts, write_exception

_log = structlog.get_logger()


def configure(level: int = logging.INFO) -> None:
    """Set up structlog, and what catches exceptions, for this process. Lines go to stderr, which is not buffered."""
    on_terminal = sys.stderr.isatty()
    output = (
        structlog.dev.ConsoleRenderer(exception_formatter=write_exception)
        if on_terminal
        else structlog.processors.JSONRenderer(_json)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _safe_for_terminals if on_terminal else structlog.processors.ExceptionRenderer(exception_dicts),
            output,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    # The client logs every failed attempt; the programs log what follows from it, once.
    logging.getLogger("elastic_transport").setLevel(logging.CRITICAL)
    if logging.lastResort:  # what libraries log, as nothing else handles it
        logging.lastResort.setFormatter(Formatter())
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _json(line: Any, **options: Any) -> str:
    """Return a line of JSON: the escapes are those of JSON, so a reader gets the text as it was."""
    return without_controls(json.dumps(line, **{**options, "ensure_ascii": False}))


def _safe_for_terminals(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Escape what a terminal would obey, in every text of a line."""
    return {without_controls(name): value if name == "exc_info" else _safe(value) for name, value in line.items()}


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return without_controls(value)
    if isinstance(value, list | tuple | dict | set):
        return without_controls(repr(value))
    return value


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    _log.critical("unexpected error: the process ends", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None and not issubclass(failed.exc_type, SystemExit):
        name = failed.thread.name if failed.thread else ""
        _log.critical("unexpected error: a thread ends", thread=name, exc_info=failed.exc_value)
