"""Writes rejected records to the dead-letter topic: each as it came, with the reason in headers."""

from collections.abc import Iterator, Mapping, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

import structlog

from indexer.dead_letters.breaker import Breaker
from indexer.dead_letters.rejection import Rejection, Stage
from indexer.event.origin import ORIGIN_HEADER, origin
from indexer.kafka_python.damaged import Damaged
from indexer.kafka_python.record_writer import Record, RecordWriter
from indexer.ledger import Ledger

_log = structlog.get_logger()

MAX_UNACKNOWLEDGED = 200  # records sent before their acknowledgements are awaited
PAUSE_SECONDS = 1.0
TOO_LARGE_NOTE = ("gateway-logs.value", b"left out: too large for this topic, read it at the original offset")


class DeadLetterWriter(Thread):
    """One thread that writes rejected records and waits until the brokers have them, however long that takes.

    A record ends in the ledger once it is acknowledged. One that could not be written goes behind the others, which it
    must not block.
    """

    def __init__(self, topic: str, connection: Mapping[str, Any], ledger: Ledger, breaker: Breaker) -> None:
        super().__init__(name="dead-letters", daemon=True)
        self.problem = ""  # why the topic cannot be written at present
        self._topic = topic
        self._ledger = ledger
        self._breaker = breaker
        self._queue: SimpleQueue[Rejection] = SimpleQueue()
        self._writer = RecordWriter(connection)
        self._closed = Event()

    def reject(self, stage: Stage, rejections: Sequence[Rejection], of_records: int) -> None:
        """Take rejected records. The breaker counts them first, because too many of them are held."""
        self._breaker.count(stage, of_records, len(rejections))
        for rejection in rejections:
            self._queue.put(rejection)

    def close(self) -> None:
        """Stop: what is not acknowledged is not committed, and is read again."""
        self._closed.set()

    def run(self) -> None:
        """Write until closed."""
        while not self._closed.is_set():
            left = [rejection for rejection in self._next() if not self._is_gone(rejection)]
            if not self._breaker.holds():
                left = self._write(left)
            for rejection in left:
                self._queue.put(rejection)
            if left:
                self._closed.wait(PAUSE_SECONDS)
        self._writer.give_up()

    def _is_gone(self, rejection: Rejection) -> bool:
        """Give up a record whose partition was revoked: its next owner rejects it again, and once is enough."""
        if rejection.span.gone:
            self._ledger.returned_record(rejection.record, rejection.span)
        return rejection.span.gone

    def _next(self) -> Iterator[Rejection]:
        try:
            yield self._queue.get(timeout=0.2)
            for _ in range(MAX_UNACKNOWLEDGED - 1):
                yield self._queue.get_nowait()
        except Empty:
            return

    def _write(self, rejections: list[Rejection]) -> list[Rejection]:
        """Write records and end those that were acknowledged; return the others."""
        try:
            records = [self._dead_letter(rejection) for rejection in rejections]
            for index, accepted in self._writer.write(records):
                if not accepted:
                    self._write_without_value(rejections[index])
                self._end(rejections[index])
            self.problem = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the records wait and nothing is dropped
            self.problem = f"the dead-letter topic {self._topic} cannot be written: {type(error).__name__}"
            _log.warning("dead letters wait", topic=self._topic, error=type(error).__name__)
            self._writer.give_up()
        _report([rejection for rejection in rejections if rejection.acknowledged])
        return [rejection for rejection in rejections if not rejection.acknowledged]

    def _end(self, rejection: Rejection) -> None:
        rejection.acknowledged = True
        self._ledger.dead_lettered(rejection.record, rejection.span)

    def _dead_letter(self, rejection: Rejection) -> Record:
        record = rejection.record
        return {
            "topic": self._topic,
            "value": bytes(record.value),
            "key": record.key,
            "headers": headers(rejection),
        }

    def _write_without_value(self, rejection: Rejection) -> None:
        """Write a dead letter that says where its value is: the record must not block its partition."""
        headers = [*_about(rejection), TOO_LARGE_NOTE]
        record: Record = {"topic": self._topic, "value": b"", "key": None, "headers": headers}
        for _, accepted in self._writer.write([record]):
            if not accepted:
                raise ValueError("a dead letter without its value is too large")


def _report(rejections: list[Rejection]) -> None:
    # One line for many: a bad deploy rejects thousands a second, and the headers of each say the same.
    if rejections:
        record = rejections[0].record
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        _log.warning("dead letters", records=len(rejections), first_reason=rejections[0].reason, **where)


def headers(rejection: Rejection) -> list[tuple[str, bytes]]:
    """Return the record's own headers, then ours: the reason in words, and the original position and time."""
    # Kafka allows a header without a value, but kafka-python's producer does not: it becomes an empty one.
    own = [(name, value or b"") for name, value in rejection.record.headers if name != ORIGIN_HEADER]
    return own + _about(rejection)


def _about(rejection: Rejection) -> list[tuple[str, bytes]]:
    record, first = rejection.record, origin(rejection.record)
    about = {
        "reason": rejection.reason,
        "topic": first.topic,
        "partition": str(first.partition),
        "offset": str(first.offset),
        "timestamp": str(first.timestamp_ms),  # epoch milliseconds
    }
    if isinstance(record.value, Damaged):
        about["value"] = "the record batch as Kafka holds it: not an event, and not to be redriven"
    return [(f"gateway-logs.{name}", text.encode()) for name, text in about.items()]
