"""`python -m stack feed`: realistic events into the Kafka topic."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import count as naturals
from itertools import islice
from typing import Any, NamedTuple

import orjson
from kafka import KafkaProducer
from kafka.errors import KafkaError

from stack.errors import StackError
from stack.events.generate import Event, events, history
from stack.servers.address import is_open, parse_address
from stack.settings import Settings

EVENTS_PER_FLUSH = 10_000  # the producer's buffer has no bound of its own
PROGRESS_SECONDS = 2
PAST_DAYS = 20
PRODUCER_OPTIONS = {
    "acks": "all",
    "compression_type": "lz4",
    "linger_ms": 20,
    "batch_size": 512 * 1024,
    "max_request_size": 8 * 1024 * 1024,
    "delivery_timeout_ms": 60_000,
}
IDS_PER_MS = 100  # ids begin with the time, so that a later feed never repeats an earlier one's


class Plan(NamedTuple):
    """What to write: without a rate the past days as fast as possible, with one (events/s) the present."""

    events: int  # 0 with a rate: for ever
    rate: float | None
    seed: int


class Feed:
    """Writes events to the topic, and counts those that the broker has acknowledged (acks=all)."""

    def __init__(self, producer: KafkaProducer, topic: str) -> None:
        self.written = 0
        self.acknowledged = 0
        self._failure: BaseException | None = None
        self._producer = producer
        self._topic = topic

    def write(self, event: Event) -> None:
        """Hand one event to the producer; StackError when Kafka has not taken an earlier one."""
        delivery = self._producer.send(self._topic, orjson.dumps(event), key=event["group"].encode())
        delivery.add_callback(self._acknowledge).add_errback(self._fail)
        self.written += 1
        if self.written % EVENTS_PER_FLUSH == 0:
            self.flush()

    def flush(self) -> None:
        """Wait until everything written is acknowledged; StackError when it cannot be."""
        self._producer.flush()
        if self._failure:
            raise StackError(f"Kafka did not take an event ({self._failure!r}): see its log, then feed again.")

    # Called by the producer's own thread, one after the other.
    def _acknowledge(self, _record: Any) -> None:
        self.acknowledged += 1

    def _fail(self, error: BaseException) -> None:
        self._failure = error


def feed(settings: Settings, plan: Plan, progress: Callable[[str], None]) -> int:
    """Write what is planned and return how many events Kafka has acknowledged; StackError when it is away."""
    now_ms = time.time_ns() // 1_000_000
    past = history(plan.events, now_ms, _days(settings.retention_days))
    moments = live(plan.events, plan.rate) if plan.rate else past
    with _producer(settings) as producer:
        writing = Feed(producer, settings.kafka_topic)
        try:
            _write_all(writing, events(plan.seed, moments, first_id=now_ms * IDS_PER_MS), progress)
            writing.flush()
        finally:
            progress(f"{writing.acknowledged:,} events acknowledged by Kafka")
    return writing.acknowledged


def live(count: int, rate: float) -> Iterator[int]:
    """Give the present moment so many times (0: for ever), at so many a second, as each comes; epoch ms."""
    started = time.monotonic()
    for number in islice(naturals(), count or None):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        yield time.time_ns() // 1_000_000


def _days(retention_days: int) -> float:
    """Give how far back events may reach: older ones would be refused before they are searchable."""
    return min(PAST_DAYS, retention_days * 0.9) if retention_days else PAST_DAYS


def _write_all(writing: Feed, wanted: Iterable[Event], progress: Callable[[str], None]) -> None:
    reported = time.monotonic()
    for event in wanted:
        writing.write(event)
        if time.monotonic() - reported > PROGRESS_SECONDS:
            reported = time.monotonic()
            progress(f"{writing.written:,} events written, {writing.acknowledged:,} acknowledged")


@contextmanager
def _producer(settings: Settings) -> Iterator[KafkaProducer]:
    """Give a producer and close it; StackError when no broker answers or takes the connection."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it reports every attempt
    addresses = settings.kafka_bootstrap_servers
    if not any(is_open(parse_address(address, 9092)) for address in addresses.split(",")):
        raise StackError(f"Kafka does not answer at {addresses}: start it (python -m stack) and feed again.")
    try:
        with closing(KafkaProducer(**settings.kafka_options(), **PRODUCER_OPTIONS)) as producer:
            yield producer
    except KafkaError as error:
        raise StackError(f"Kafka at {addresses} does not take events ({error}): see its log.") from error
