"""`python -m stack feed`: generate events and write them to the Kafka topic."""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import count as naturals
from itertools import islice
from typing import Any, NamedTuple

import orjson
from kafka import KafkaProducer
from kafka.errors import KafkaError

from stack.corpora import CORPORA
from stack.errors import CommandError
from stack.events.call import Event
from stack.events.generate import events, history
from stack.network.address import parse_address
from stack.network.probes import is_open
from stack.progress import Progress
from stack.settings import StackSettings

BYTES_PER_FLUSH = 32_000_000  # kafka-python's buffer has no limit, so flush regularly
FEED_REPORT_INTERVAL_S = 2
PAST_DAYS = 20
PRODUCER_OPTIONS = {
    "acks": "all",
    "compression_type": "lz4",
    "linger_ms": 20,
    "batch_size": 512 * 1024,
    "max_request_size": 8 * 1024 * 1024,
    "delivery_timeout_ms": 60_000,
}
IDS_PER_MS = 100  # ids start from the current time, so that a later feed does not repeat those of an earlier one


class FeedOptions(NamedTuple):
    """What to write: with a rate events of the present, without one events of the past days at full speed."""

    events: int  # 0 with a rate: without end
    rate: float | None  # events a second
    seed: int
    corpus: str = "realistic"


class Feed:
    """Writes events to a topic and counts those that the broker has acknowledged (acks=all)."""

    def __init__(self, producer: KafkaProducer, topic: str) -> None:
        self.written = 0
        self.acknowledged = 0
        self._bytes = 0  # since the last flush
        self._failure: BaseException | None = None
        self._producer = producer
        self._topic = topic

    def write(self, event: Event) -> None:
        """Pass an event to the producer. Each BYTES_PER_FLUSH bytes it flushes, and may raise CommandError."""
        value = orjson.dumps(event)
        delivery = self._producer.send(self._topic, value, key=event["group"].encode())
        delivery.add_callback(self._on_acknowledged).add_errback(self._on_error)
        self.written += 1
        self._bytes += len(value)
        if self._bytes > BYTES_PER_FLUSH:
            self._bytes = 0
            self.flush()

    def flush(self) -> None:
        """Wait until Kafka has acknowledged every event; raise CommandError when it has refused one."""
        self._producer.flush()
        if self._failure:
            raise CommandError(f"Kafka did not accept an event ({self._failure!r}): see its log, then feed again.")

    # The producer's thread calls these two, one call after the other.
    def _on_acknowledged(self, _record: Any) -> None:
        self.acknowledged += 1

    def _on_error(self, error: BaseException) -> None:
        self._failure = error


def feed(settings: StackSettings, options: FeedOptions, progress: Progress) -> int:
    """Write events and return how many Kafka has acknowledged; raise CommandError when Kafka does not accept them."""
    now_ms = time.time_ns() // 1_000_000
    past = history(options.events, now_ms, _past_days(settings.retention_days))
    moments_ms = live(options.events, options.rate) if options.rate else past
    with _producer(settings) as producer:
        writer = Feed(producer, settings.kafka_topic)
        try:
            generated = events(options.seed, moments_ms, now_ms * IDS_PER_MS, CORPORA[options.corpus])
            _write_all(writer, generated, progress)
            writer.flush()
        finally:
            progress(f"{writer.acknowledged:,} events acknowledged by Kafka")
    return writer.acknowledged


def live(count: int, rate: float) -> Iterator[int]:
    """Yield the current time `rate` times a second, epoch milliseconds; `count` times, or without end when it is 0."""
    started = time.monotonic()
    for number in islice(naturals(), count or None):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        yield time.time_ns() // 1_000_000


def _past_days(retention_days: int) -> float:
    """Return the age of the oldest event. The indexer rejects events that are older than the retention."""
    return min(PAST_DAYS, retention_days * 0.9) if retention_days else PAST_DAYS


def _write_all(writer: Feed, wanted: Iterable[Event], progress: Progress) -> None:
    reported = time.monotonic()
    for event in wanted:
        writer.write(event)
        if time.monotonic() - reported > FEED_REPORT_INTERVAL_S:
            reported = time.monotonic()
            progress(f"{writer.written:,} events written, {writer.acknowledged:,} acknowledged")


@contextmanager
def _producer(settings: StackSettings) -> Iterator[KafkaProducer]:
    """Yield a producer and close it; raise CommandError when no broker answers, or one refuses the connection."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # kafka-python logs each failed attempt to connect
    addresses = settings.kafka_bootstrap_servers
    if not any(is_open(parse_address(address, 9092)) for address in addresses.split(",")):
        raise CommandError(f"Kafka does not answer at {addresses}: start it (python -m stack) and feed again.")
    try:
        with closing(KafkaProducer(**settings.kafka_options(), **PRODUCER_OPTIONS)) as producer:
            yield producer
    except KafkaError as error:
        raise CommandError(f"Kafka at {addresses} does not accept events ({error}): see its log.") from error
