"""Ends the process when the consumer loop hangs."""

import faulthandler
import os
import time
from collections.abc import Callable
from threading import Thread

import structlog

_log = structlog.get_logger()

WATCH_SECONDS = 1.0
MAX_UNCHANGED = 60  # checks
EXIT_HANGS = 70


def start(last_tick: Callable[[], float]) -> None:
    """Start a thread that ends the process when `last_tick` has not changed for a minute.

    A loop that spins inside poll() shows in no other way. Nothing is lost: what is not committed is read again. The
    minute is counted in checks, not by the clock: after the machine slept nothing was checked either.
    """
    Thread(target=_watch, args=(last_tick,), name="watchdog", daemon=True).start()


def _watch(last_tick: Callable[[], float]) -> None:
    seen, unchanged = last_tick(), 0
    while unchanged < MAX_UNCHANGED:
        time.sleep(WATCH_SECONDS)
        unchanged = unchanged + 1 if last_tick() == seen else 0
        seen = last_tick()
    _log.critical("the consumer loop hangs: the process ends", seconds=MAX_UNCHANGED * WATCH_SECONDS)
    faulthandler.dump_traceback(all_threads=True)
    os._exit(EXIT_HANGS)
