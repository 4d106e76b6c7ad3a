"""Bulk bodies, and raw `_bulk` requests that send them with nothing in between but HTTP."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple

from indexer.delivery.queue import MAX_OPERATIONS
from stack.errors import CommandError
from stack.network.address import parse_address
from stack.network.connection import Connection

BULK_PATH = "/_bulk?require_alias=true&filter_path=errors"  # the shortest answer that reports errors
BULK_HEADERS = {"Content-Type": "application/x-ndjson", "Accept": "application/json"}
BULK_TIMEOUT_S = 120


class BulkOptions(NamedTuple):
    """How to send documents."""

    bulk_bytes: int  # size of a body
    in_flight: int  # requests at a time

    def __str__(self) -> str:
        """Return both, for a report."""
        return f"{self.in_flight} in flight, {self.bulk_bytes / 1e6:g} MB each"


class _SharedIterator:
    """Bodies for several threads. They are built when they are taken, so that they do not fill the memory."""

    def __init__(self, bodies: Iterable[bytes]) -> None:
        self._bodies = iter(bodies)
        self._lock = Lock()

    def take(self) -> bytes | None:
        """Return the next body, or None after the last."""
        with self._lock:
            return next(self._bodies, None)


def pack(lines: Iterable[bytes], bulk_bytes: int) -> Iterator[bytes]:
    """Join the lines of documents into bodies of at most `bulk_bytes`, as the indexer does."""
    batch: list[bytes] = []
    size = 0
    for document in lines:
        if batch and (size + len(document) > bulk_bytes or len(batch) == MAX_OPERATIONS):
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(document)
        size += len(document)
    yield b"".join(batch)


def bulk_connection(url: str) -> Connection:
    """Return a connection for bulk requests to the Elasticsearch at the URL."""
    return Connection(parse_address(url, 80), BULK_TIMEOUT_S)


def send(url: str, bodies: Iterable[bytes], in_flight: int) -> None:
    """Send the bodies, `in_flight` at a time, and return when all documents are stored; else raise CommandError."""
    shared = _SharedIterator(bodies)
    with ThreadPoolExecutor(in_flight) as pool:
        for sender in [pool.submit(_send_all, url, shared) for _ in range(in_flight)]:
            sender.result()


def _send_all(url: str, bodies: _SharedIterator) -> None:
    with bulk_connection(url) as connection:
        while body := bodies.take():
            if b'"errors":false' not in connection.fetch("POST", BULK_PATH, body, BULK_HEADERS):
                raise CommandError("Elasticsearch did not store every document of a raw bulk request.")
