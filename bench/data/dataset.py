"""Generated documents in Elasticsearch, for benchmarks of searches. They are streamed with raw bulk requests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bench.data.bulk import BulkOptions, pack, send
from bench.data.documents import documents, unsent_records
from bench.data.elasticsearch_admin import ElasticsearchAdmin
from indexer.event.document import IndexTarget
from mappings.index import write_alias
from stack.corpora import CORPORA
from stack.events.generate import events, history
from stack.progress import Progress

DATASET_SEED = 2
LOAD_OPTIONS = BulkOptions(4_000_000, 3)  # while two requests are in flight, the third body is built
LOAD_REPORT_INTERVAL_S = 5


class Dataset(NamedTuple):
    """Which documents, and the indices that hold them."""

    target: IndexTarget
    events: int
    days: float  # `created_at` is spread over these days before `now_ms`
    now_ms: int
    corpus: str = "small"

    def created_ms(self) -> Iterator[int]:
        """Yield the `created_at` of every document, epoch ms, ascending."""
        return history(self.events, self.now_ms, self.days)


@contextmanager
def loaded_dataset(url: str, dataset: Dataset, progress: Progress) -> Iterator[None]:
    """Load the documents, wait until they are searchable and merged, and delete them at the end."""
    admin = ElasticsearchAdmin(url)
    try:
        _load(admin, dataset, progress)
        yield
    finally:
        admin.delete_indices_and_template(dataset.target.alias)


def _load(admin: ElasticsearchAdmin, dataset: Dataset, progress: Progress) -> None:
    alias, period = dataset.target.alias, dataset.target.period
    admin.recreate_indices(dataset.target, {write_alias(alias, period, moment) for moment in dataset.created_ms()})
    generated = events(DATASET_SEED, dataset.created_ms(), corpus=CORPORA[dataset.corpus])
    lines = (document.lines for document in documents(unsent_records(generated), dataset.target))
    reported = _with_progress(lines, dataset.events, progress)
    send(admin.url, pack(reported, LOAD_OPTIONS.bulk_bytes), LOAD_OPTIONS.in_flight)
    admin.refresh(alias)
    progress("waiting for merges to end")
    admin.wait_for_merges(alias)
    admin.refresh(alias)


def _with_progress(lines: Iterator[bytes], total: int, progress: Progress) -> Iterator[bytes]:
    started = reported = time.monotonic()
    for number, document in enumerate(lines, start=1):
        yield document
        now = time.monotonic()
        if now - reported > LOAD_REPORT_INTERVAL_S:
            reported = now
            progress(f"{number:,} of {total:,} logs loaded, {number / (now - started):,.0f}/s")
