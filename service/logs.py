"""Log lines: for a person on a terminal, one JSON object a line anywhere else."""

import logging
import sys

import structlog

# Without the local variables of each frame, which structlog shows by default: keys and log bodies are in them.
_traceback = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


# Without the values of local variables: those are people's prompts and answers.
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def configure(level: int = logging.INFO) -> None:
    """Set up structlog for this process. Lines go to stderr, which is never buffered."""
    person = sys.stderr.isatty()
    output = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if person
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if person else [_traceback]),
            output,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    # The client names every failed attempt in a warning; what follows from it is logged here, once.
    logging.getLogger("elastic_transport").setLevel(logging.CRITICAL)
