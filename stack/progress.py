"""Progress messages: each function that takes long reports to a callable, one line of text at a time."""

from collections.abc import Callable

Progress = Callable[[str], None]


def no_progress(_line: str) -> None:
    """Discard a line."""
