"""Raw `_bulk`: ready-made bodies in, nothing but HTTP and Elasticsearch. The measure of the indexer."""

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple

from bench.connection import Connection
from bench.documents import Document, pack
from bench.errors import BenchError
from bench.store import Store
from indexer.event.document import IndexTarget

PATH = "/_bulk?require_alias=true&filter_path=errors"  # the shortest answer that says whether all went well
HEADERS = {"Content-Type": "application/x-ndjson", "Accept": "application/json"}


class Plan(NamedTuple):
    """How to send."""

    bulk_bytes: int
    in_flight: int

    def __str__(self) -> str:
        """Write it for a person."""
        return f"{self.in_flight} in flight, {self.bulk_bytes / 1e6:g} MB each"


class RawTiming(NamedTuple):
    """One run, in seconds since the first byte."""

    accepted_s: float  # every request is answered
    searchable_s: float  # every log is found


class _Supply:
    """Bodies for several senders; made as they are taken, so that a million logs need no memory."""

    def __init__(self, bodies: Iterable[bytes]) -> None:
        self._bodies = iter(bodies)
        self._lock = Lock()

    def take(self) -> bytes | None:
        """Return the next body; None when there is no more."""
        with self._lock:
            return next(self._bodies, None)


def send(url: str, bodies: Iterable[bytes], in_flight: int) -> None:
    """Send bodies, so many at one time, and return when all are stored; BenchError when one is not."""
    supply = _Supply(bodies)
    with ThreadPoolExecutor(in_flight) as pool:
        for sender in [pool.submit(_send_all, url, supply) for _ in range(in_flight)]:
            sender.result()


def _send_all(url: str, supply: _Supply) -> None:
    with Connection(url) as connection:
        while body := supply.take():
            if b'"errors":false' not in connection.send("POST", PATH, body, HEADERS):
                raise BenchError("Elasticsearch did not store every document of a raw bulk request")


def run_raw(store: Store, place: IndexTarget, corpus: list[Document], plan: Plan) -> RawTiming:
    """Write everything into fresh indices, each body prepared beforehand, and time it."""
    bodies = list(pack((document.lines for document in corpus), plan.bulk_bytes))
    store.renew(place, {document.target for document in corpus})
    started = time.monotonic()
    with ThreadPoolExecutor(1) as background:
        sending: Future[float] = background.submit(_until_sent, store.url, bodies, plan.in_flight)
        store.wait_until_searchable(place.alias, len(corpus), lambda: sending.done() and sending.result())
        searchable = time.monotonic()
    return RawTiming(sending.result() - started, searchable - started)


def _until_sent(url: str, bodies: list[bytes], in_flight: int) -> float:
    send(url, bodies, in_flight)
    return time.monotonic()
