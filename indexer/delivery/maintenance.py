"""What has to be done beside the flow: template and indices, retention, a look at Elasticsearch, a look at the loop."""

import faulthandler
import os
import time
from collections.abc import Callable
from threading import Event, Thread

import structlog
from elastic_transport import TransportError
from elasticsearch import ApiError

from indexer.delivery.indices import Indices, TemplateRefusedError

log = structlog.get_logger()

LOOK_SECONDS = 5.0
RETENTION_SECONDS = 600.0
LOOK_AT_LOOP_SECONDS = 1.0
SILENT_LOOKS = 60
EXIT_STUCK = 70


class Upkeep(Thread):
    """A thread that keeps the indices in order, and says in `trouble` why Elasticsearch cannot be used."""

    def __init__(self, indices: Indices, stopping: Event) -> None:
        super().__init__(name="upkeep", daemon=True)
        self.trouble = "not yet connected to Elasticsearch"
        self.refused = ""  # the template: ends the program
        self._indices = indices
        self._stopping = stopping
        self._is_installed = False
        self._retention_at = 0.0

    def run(self) -> None:
        """Look every few seconds, until stopped."""
        while not self._stopping.is_set():
            self._look()
            self._stopping.wait(1.0 if self.trouble else LOOK_SECONDS)

    def _look(self) -> None:
        try:
            self._install_once()
            self.trouble = self._indices.prepare_now()
            self._retain()
        except TemplateRefusedError as error:
            self.refused = str(error)
            self._stopping.set()
        except ApiError as error:
            self.trouble = f"Elasticsearch answers {error.meta.status} {error.error}"
        except TransportError as error:
            self.trouble = f"Elasticsearch is away: {type(error).__name__}"
        except Exception as error:  # this thread must outlive an answer that nobody foresaw
            log.exception("upkeep failed in an unforeseen way")
            self.trouble = f"an error in the indexer: {type(error).__name__}"

    def _install_once(self) -> None:
        # At start only: while a rolling upgrade runs, a newer template beside an older member is as it should be.
        if not self._is_installed:
            self._indices.install_template()
            self._is_installed = True

    def _retain(self) -> None:
        if time.monotonic() >= self._retention_at:
            self._indices.drop_expired()
            self._retention_at = time.monotonic() + RETENTION_SECONDS


def watch_loop(last_tick: Callable[[], float]) -> None:
    """End the process when the loop has not turned for a minute: a spin inside poll() shows in no other way.

    Nothing is lost: what is not committed comes again, to another member or to this one restarted. The minute is
    counted in looks, not by the clock: a machine that slept has not looked either.
    """

    def watch() -> None:
        seen, looks = last_tick(), 0
        while looks < SILENT_LOOKS:
            time.sleep(LOOK_AT_LOOP_SECONDS)
            looks = looks + 1 if last_tick() == seen else 0
            seen = last_tick()
        log.critical("the loop stands still: the process ends", seconds=SILENT_LOOKS * LOOK_AT_LOOP_SECONDS)
        faulthandler.dump_traceback(all_threads=True)
        os._exit(EXIT_STUCK)

    Thread(target=watch, name="watchdog", daemon=True).start()
