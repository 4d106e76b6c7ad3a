"""Structured log lines: readable on a terminal, one JSON object per line anywhere else."""

import logging
import sys

import structlog

# Without the local variables of each frame, which structlog shows by default: they may hold keys, prompts and answers.
_traceback = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def configure(level: int = logging.INFO) -> None:
    """Set up structlog for this process. Lines go to stderr, which is not buffered."""
    on_terminal = sys.stderr.isatty()
    output = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if on_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if on_terminal else [_traceback]),
            output,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    # The client logs every failed attempt; the programs log what follows from it, once.
    logging.getLogger("elastic_transport").setLevel(logging.CRITICAL)
