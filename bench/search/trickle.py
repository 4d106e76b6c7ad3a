"""Logs that arrive while searches are measured: every refresh then empties the request cache of today's index."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from threading import Event, Thread

from bench.connection import Connection
from bench.documents import documents, unsent
from bench.ingest.raw import HEADERS, PATH
from bench.search.load import Ground
from stack.events.generate import events

BATCH = 20
PAUSE_S = 0.2  # between two batches
RATE = BATCH / PAUSE_S
SEED = 3


@contextmanager
def trickle(elasticsearch_url: str, ground: Ground) -> Iterator[None]:
    """Write logs of this moment as long as the `with` lasts."""
    stopping = Event()
    writer = Thread(target=_write, args=(elasticsearch_url, ground, stopping), name="trickle", daemon=True)
    writer.start()
    try:
        yield
    finally:
        stopping.set()
        writer.join()


def _write(elasticsearch_url: str, ground: Ground, stopping: Event) -> None:
    number = ground.events + 1
    with Connection(elasticsearch_url) as connection:
        while not stopping.wait(PAUSE_S):
            connection.send("POST", PATH, _batch(ground, number), HEADERS)
            number += BATCH


def _batch(ground: Ground, first_id: int) -> bytes:
    made = events(SEED + first_id, repeat(time.time_ns() // 1_000_000, BATCH), first_id)
    return b"".join(document.lines for document in documents(unsent(made), ground.place))
