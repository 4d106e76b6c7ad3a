"""Wait for a condition instead of sleeping."""

import time
from collections.abc import Callable

LONG_S = 180  # for a group or a server to recover
PATIENCE_S = 60  # for a program to start or a state to be reached; a busy machine takes its time


def wait_until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Return when the condition holds; fail the test when it never does."""
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)
