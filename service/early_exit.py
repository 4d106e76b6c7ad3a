"""Stop a program that has not finished loading. Imports nothing large, so that it works from the first moment."""

import os
import signal
from typing import NoReturn


def exit_on_signals() -> None:
    """End the process with code 0 on SIGTERM and SIGINT, until the program sets handlers of its own.

    Loading the libraries takes a second. Without a handler, process 1 of a container would ignore SIGTERM meanwhile,
    and be killed when its time to stop is over; Ctrl-C would print a traceback.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit)


def _exit(*_: object) -> NoReturn:
    # An exception would be lost in a callback of the garbage collector. Nothing has to be closed or flushed yet.
    os._exit(0)
