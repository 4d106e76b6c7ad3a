"""Raw `_bulk` requests with prepared bodies: the fastest that this Elasticsearch can take the documents."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from bench.data.bulk import BulkOptions, pack, send
from bench.data.documents import Document
from bench.data.elasticsearch_admin import ElasticsearchAdmin
from indexer.event.document import IndexTarget


class RawTiming(NamedTuple):
    """One run, in seconds since the first request."""

    accepted_s: float  # until every request is answered
    searchable_s: float  # until a count finds every document


def time_raw(
    admin: ElasticsearchAdmin, target: IndexTarget, documents: Sequence[Document], options: BulkOptions
) -> RawTiming:
    """Write all documents into new indices and time it."""
    bodies = list(pack((document.lines for document in documents), options.bulk_bytes))
    admin.recreate_indices(target, {document.alias for document in documents})
    started = time.monotonic()
    with ThreadPoolExecutor(1) as background:
        sending: Future[float] = background.submit(_timed_send, admin.url, bodies, options.in_flight)
        # result() raises here when sending has failed
        admin.wait_until_searchable(target.alias, len(documents), lambda: sending.done() and sending.result())
        searchable = time.monotonic()
    return RawTiming(sending.result() - started, searchable - started)


def _timed_send(url: str, bodies: list[bytes], in_flight: int) -> float:
    """Send the bodies and return the time at the end."""
    send(url, bodies, in_flight)
    return time.monotonic()
