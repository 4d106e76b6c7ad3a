"""Documents that are written while searches are measured: each refresh then clears the request cache of an index."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from threading import Event, Thread

from bench.data.bulk import BULK_HEADERS, BULK_PATH, bulk_connection
from bench.data.dataset import Dataset
from bench.data.documents import documents, unsent_records
from stack.corpora import CORPORA
from stack.events.generate import events

DOCUMENTS_PER_BATCH = 20
BATCH_INTERVAL_S = 0.2
DOCUMENTS_PER_S = DOCUMENTS_PER_BATCH / BATCH_INTERVAL_S
LIVE_SEED = 3


@contextmanager
def live_writes(elasticsearch_url: str, dataset: Dataset) -> Iterator[None]:
    """Write documents of the present in a thread until the `with` block ends."""
    stopping = Event()
    writer = Thread(target=_write, args=(elasticsearch_url, dataset, stopping), name="live-writes", daemon=True)
    writer.start()
    try:
        yield
    finally:
        stopping.set()
        writer.join()


def _write(elasticsearch_url: str, dataset: Dataset, stopping: Event) -> None:
    first_id = dataset.events + 1
    with bulk_connection(elasticsearch_url) as connection:
        while not stopping.wait(BATCH_INTERVAL_S):
            connection.fetch("POST", BULK_PATH, _bulk_body(dataset, first_id), BULK_HEADERS)
            first_id += DOCUMENTS_PER_BATCH


def _bulk_body(dataset: Dataset, first_id: int) -> bytes:
    now_ms = time.time_ns() // 1_000_000
    generated = events(LIVE_SEED + first_id, repeat(now_ms, DOCUMENTS_PER_BATCH), first_id, CORPORA[dataset.corpus])
    return b"".join(document.lines for document in documents(unsent_records(generated), dataset.target))
