"""Writes every few seconds how far the partitions are, so that the API can say how far the index is behind Kafka.

Nothing depends on it: where it cannot be written, logs are indexed all the same, and the API does not know.
"""

from collections.abc import Iterator, Sequence
from threading import Event, Thread
from typing import Any

import structlog
from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from indexer.consumer.progress import Completion, PartitionProgress
from mappings.progress import progress_index, progress_template

_log = structlog.get_logger()

REPORT_SECONDS = 3.0
REPORT_AGAIN_SECONDS = 30.0  # after a failure: an account without the right will not get it soon
REPORT_TIMEOUT_SECONDS = 10.0


class ProgressReport(Thread):
    """A thread that writes one small document for each partition of this process."""

    def __init__(self, client: Elasticsearch, alias: str, progress: Completion, stopping: Event) -> None:
        super().__init__(name="progress", daemon=True)
        self._client = client.options(request_timeout=REPORT_TIMEOUT_SECONDS, max_retries=0)
        self._alias = alias
        self._progress = progress
        self._stopping = stopping
        self._is_installed = False
        self._written: Sequence[PartitionProgress] = ()

    def run(self) -> None:
        """Report until stopped."""
        pause = REPORT_SECONDS
        while not self._stopping.wait(pause):
            pause = REPORT_SECONDS if self._report() else REPORT_AGAIN_SECONDS

    def _report(self) -> bool:
        """Write what has changed; tell whether that was possible."""
        partitions = self._progress.partitions
        if partitions == self._written or not partitions:
            return True
        try:
            self._install_once()
            answer = self._client.bulk(
                index=progress_index(self._alias), operations=list(_operations(partitions)), filter_path="errors"
            )
        except (ApiError, TransportError) as error:
            _log.warning("the progress cannot be written: the API cannot say it", error=type(error).__name__)
            return False
        self._written = partitions
        self._is_installed = not answer["errors"]  # perhaps somebody has deleted the index
        return True

    def _install_once(self) -> None:
        if not self._is_installed:
            name = progress_index(self._alias)
            self._client.indices.put_index_template(name=name, body=progress_template(self._alias))
            self._client.options(ignore_status=400).indices.create(index=name)  # 400: it is there already
            self._is_installed = True


def _operations(partitions: Sequence[PartitionProgress]) -> Iterator[dict[str, Any]]:
    """Yield the lines of a bulk request. What the owner before knew stays where this process knows nothing yet."""
    for (topic, number), waiting, complete_to, checked_at in partitions:
        known = {} if complete_to is None else {"complete_to": complete_to}
        yield {"update": {"_id": f"{topic}-{number}"}}
        yield {
            "doc": {"topic": topic, "partition": number, "waiting": waiting, "checked_at": checked_at, **known},
            "doc_as_upsert": True,
        }
