"""Keeps template and indices in order: installs, creates ahead, deletes after the retention."""

import time
from threading import Event, Thread

import structlog
from elastic_transport import TransportError
from elasticsearch import ApiError

from indexer.delivery.index_template import TemplateRefusedError
from indexer.delivery.indices import Indices
from indexer.event.origin import Origins
from service.elasticsearch_version import ServerNotSupportedError

_log = structlog.get_logger()

MAINTENANCE_SECONDS = 5.0
RETENTION_SECONDS = 600.0


class Maintenance(Thread):
    """A thread that keeps the indices in order; `problem` says why Elasticsearch cannot be used."""

    def __init__(self, indices: Indices, origins: Origins, stopping: Event) -> None:
        super().__init__(name="maintenance", daemon=True)
        self.problem = "not yet connected to Elasticsearch"
        self.refused = ""  # why this server cannot be used, or the template not be installed: ends the program
        self._indices = indices
        self._origins = origins
        self._stopping = stopping
        self._is_installed = False
        self._retention_at = 0.0

    def run(self) -> None:
        """Check every few seconds until stopped."""
        while not self._stopping.is_set():
            self._check()
            self._stopping.wait(1.0 if self.problem else MAINTENANCE_SECONDS)

    def _check(self) -> None:
        try:
            self._install_once()
            self._indices.survey_if_due()
            self.problem = self._indices.prepare_now()
            self._delete_expired()
        except (TemplateRefusedError, ServerNotSupportedError) as error:
            self.refused = str(error)
            self._stopping.set()
        except ApiError as error:
            self.problem = f"Elasticsearch answers {error.meta.status} {error.error}"
        except TransportError as error:
            self.problem = f"Elasticsearch is away: {type(error).__name__}"
        except Exception as error:  # noqa: BLE001 - this thread must survive an unexpected answer
            _log.exception("unexpected error in the maintenance of the indices")
            self.problem = f"an error in the indexer: {type(error).__name__}"

    def _install_once(self) -> None:
        # At start only: afterwards each new index checks that the template is there.
        if not self._is_installed:
            self._indices.check_server()
            self._indices.install_template()
            self._origins.key = self._indices.signing_key()
            self._is_installed = True

    def _delete_expired(self) -> None:
        if time.monotonic() >= self._retention_at:
            self._indices.drop_expired()
            self._retention_at = time.monotonic() + RETENTION_SECONDS
