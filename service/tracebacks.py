"""Tracebacks without the texts of exceptions: these may quote an event, such as the value that could not be read."""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any, TextIO

from service.control_characters import without_controls

MAX_FRAMES = 50  # of one exception, the innermost
MAX_EXCEPTIONS = 10  # of one chain

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def kind_of_error(error: BaseException) -> str:
    """Return the type of an exception; with its text where that comes from the operating system."""
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return f"{name}: {error.strerror}" if isinstance(error, OSError) and error.strerror else name


def exception_dicts(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """Return an exception and its causes, the one that was raised last first, for a line of JSON."""
    return [{"type": kind_of_error(error), "frames": _frames(error)} for error in _chain(exc_info[1])]


def write_exception(stream: TextIO, exc_info: ExcInfo) -> None:
    """Write the same for a terminal."""
    stream.write("\n" + exception_text(exc_info))


def exception_text(exc_info: ExcInfo) -> str:
    """Return the same as lines."""
    return "\n".join(line for error in _chain(exc_info[1]) for line in (kind_of_error(error), *_indented(error)))


class Formatter(logging.Formatter):
    """Formats the lines of libraries: the first line of a message, as asyncio writes the exception into the next."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and the exception below it."""
        first = without_controls(record.getMessage().partition("\n")[0])
        exception = exception_text(record.exc_info) if record.exc_info and record.exc_info[1] else ""
        return f"{first}\n{exception}" if exception else first


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen and len(seen) < MAX_EXCEPTIONS:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _indented(error: BaseException) -> list[str]:
    return [f"  {frame}" for frame in _frames(error)]
