"""What is no log goes to the dead-letter topic: the record as it came, and why. Finished once acknowledged."""

from collections.abc import Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Protocol

import structlog
from kafka import KafkaProducer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import MessageSizeTooLargeError, RecordListTooLargeError

from indexer.dead_letters.breaker import Breaker
from indexer.event.document import weight
from indexer.event.origin import HEADER, origin
from indexer.kafka_python.damaged import Unreadable
from indexer.kafka_python.workarounds import abandon
from indexer.metrics import Ledger
from indexer.offsets import Offsets, Span

log = structlog.get_logger()

AT_ONCE = 200  # records sent before their acknowledgements are awaited
SEND_SECONDS = 20.0
PAUSE_SECONDS = 1.0
PRODUCER: dict[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    "max_block_ms": 10_000,
    "delivery_timeout_ms": 20_000,
    "request_timeout_ms": 10_000,
    "compression_type": "lz4",  # our headers must not push a value that just fitted its topic over the limit of this
    "max_request_size": 64_000_000,  # the broker decides what is too large, not this client
}
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)


@dataclass(slots=True, eq=False)
class Rejection:
    """A record that cannot become a document, and the reason in words."""

    record: ConsumerRecord
    span: Span
    reason: str
    acknowledged: bool = False


class Refused(Protocol):
    """Where records go that cannot become a document."""

    def put(self, rejection: Rejection) -> None:
        """Take over a record; whoever takes it finishes it."""


class DeadLetters(Thread):
    """One thread that writes rejections and waits until the brokers have them, however long that takes."""

    def __init__(
        self, topic: str, connection: dict[str, Any], offsets: Offsets, ledger: Ledger, breaker: Breaker
    ) -> None:
        super().__init__(name="dead-letters", daemon=True)
        self.trouble = ""  # why the topic cannot be written at present
        self._topic = topic
        self._connection = connection
        self._offsets = offsets
        self._ledger = ledger
        self._breaker = breaker
        self._queue: SimpleQueue[Rejection] = SimpleQueue()
        self._producer: KafkaProducer | None = None
        self._closed = Event()

    def put(self, rejection: Rejection) -> None:
        """Hand over a record; its offset counts as finished only after the acknowledgement."""
        self._queue.put(rejection)

    def close(self) -> None:
        """Stop: what is not acknowledged is not committed, and comes again."""
        self._closed.set()

    def run(self) -> None:
        """Write until closed. What could not be written comes again behind the others, which it must not block."""
        while not self._closed.is_set():
            left = [rejection for rejection in self._next() if not self._is_gone(rejection)]
            if not self._breaker.holds():
                left = self._write(left)
            for rejection in left:
                self._queue.put(rejection)
            if left:
                self._closed.wait(PAUSE_SECONDS)
        self._give_up_producer()

    def _is_gone(self, rejection: Rejection) -> bool:
        """Give back a record whose partition was taken away: its next reader refuses it too, and once is enough."""
        if rejection.span.gone:
            self._ledger.returned.inc()
            self._offsets.finish(rejection.span, 1, weight(rejection.record))
        return rejection.span.gone

    def _next(self) -> Iterator[Rejection]:
        try:
            yield self._queue.get(timeout=0.2)
            for _ in range(AT_ONCE - 1):
                yield self._queue.get_nowait()
        except Empty:
            return

    def _write(self, rejections: list[Rejection]) -> list[Rejection]:
        """Send, await, finish what was acknowledged; return the rest."""
        try:
            sent = [(rejection, self._send(rejection)) for rejection in rejections]
            large = [rejection for rejection, future in sent if not self._fits(rejection, future)]
            for rejection in large:
                self._write_alone(rejection)
            self.trouble = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the records wait and nothing is dropped
            self.trouble = f"the dead-letter topic {self._topic} cannot be written: {type(error).__name__}"
            log.warning("dead letters wait", topic=self._topic, error=type(error).__name__)
            self._give_up_producer()  # after a failure its sequence numbers may be spent
        _report([rejection for rejection in rejections if rejection.acknowledged])
        return [rejection for rejection in rejections if not rejection.acknowledged]

    def _send(self, rejection: Rejection) -> Any:
        record = rejection.record
        return self._open().send(self._topic, bytes(record.value), record.key, headers(rejection))

    def _fits(self, rejection: Rejection, future: Any) -> bool:
        """Wait for one acknowledgement and finish the record; False where it is too large, or behind one that is."""
        try:
            future.get(timeout=SEND_SECONDS)
        except TOO_LARGE:
            return False
        self._finish(rejection)
        return True

    def _finish(self, rejection: Rejection) -> None:
        rejection.acknowledged = True
        self._ledger.dead_lettered.inc()
        self._offsets.finish(rejection.span, 1, weight(rejection.record))

    def _write_alone(self, rejection: Rejection) -> None:
        """Send again with a producer of its own what was refused as too large among others.

        After such a record kafka-python's producer fails the ones behind it with the same error: only a record that
        is alone can be blamed. The dead letter then says where its value is: it must not block its partition.
        """
        self._give_up_producer()
        if not self._fits(rejection, self._send(rejection)):
            self._give_up_producer()
            note = ("gateway-logs.value", b"left out: too large for this topic, read it at the original offset")
            self._open().send(self._topic, b"", None, [*_about(rejection), note]).get(timeout=SEND_SECONDS)
            self._finish(rejection)

    def _open(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = KafkaProducer(**self._connection, **PRODUCER)
        return self._producer

    def _give_up_producer(self) -> None:
        """Throw the producer away; what it has under way is written again."""
        producer, self._producer = self._producer, None
        if producer:
            abandon(producer)


def _report(rejections: list[Rejection]) -> None:
    # One line for many: a bad deploy sends thousands a second, and each of them says the same in its headers.
    if rejections:
        record = rejections[0].record
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        log.warning("dead letters", records=len(rejections), first_reason=rejections[0].reason, **where)


def headers(rejection: Rejection) -> list[tuple[str, bytes]]:
    """Return the record's own headers, then ours: the reason in words, and where and when it stood in Kafka."""
    # A header without a value is legal in Kafka, but kafka-python's producer refuses it: it becomes an empty one.
    own = [(name, value or b"") for name, value in rejection.record.headers if name != HEADER]
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
    if isinstance(record.value, Unreadable):
        about["value"] = "the record batch as Kafka holds it: no event, and not to be re-driven"
    return [(f"gateway-logs.{name}", text.encode()) for name, text in about.items()]
