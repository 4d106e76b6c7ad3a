"""Numbered events in, and at the end a verdict: what was lost, what was doubled, what was committed too early.

Each event carries its number as `token_id`, and in its record's key, where a dead letter keeps it. Most have an
identity of their own, every tenth has only its position in the topic, every fiftieth is not a log. What others write
has negative numbers and is not judged.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson
from elasticsearch import Elasticsearch, helpers
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from tests.support.faults.journal import Journal
from tests.support.pipeline import Pipeline
from tests.support.programs import RunningIndexer
from tests.support.servers import Servers
from tests.support.waiting import PATIENCE_S, wait_until

BAD = (
    b'{"token_id":%d,"created_at":',
    b'{"token_id":%d}',
    b'{"token_id":%d,"created_at":"yesterday"}',
    b'{"token_id":%d,"created_at":1}',
    b'{"token_id":"%d","created_at":1795521600000}',
)
TAIL_BYTES = (0, 40, 300, 2_000)
ENDS = ("indexed", "duplicate", "dead_lettered", "skipped", "returned")


class Verdict(NamedTuple):
    """Numbers of events, smallest first, ten of each at most; all of them empty is what was promised."""

    lost: Sequence[int] = ()
    doubled: Sequence[int] = ()  # two documents of one event
    in_both: Sequence[int] = ()  # a document and a dead letter
    misjudged: Sequence[int] = ()  # a log among the dead letters, or no log among the documents
    strangers: Sequence[int] = ()  # never sent
    committed_early: Sequence[Any] = ()
    committed_backward: Sequence[Any] = ()


CLEAN = Verdict()


def is_bad(number: int) -> bool:
    """Tell whether the event of this number is not a log."""
    return number % 50 == 7


def value(number: int, now_ms: int) -> bytes:
    """Return the event of this number."""
    if is_bad(number):
        return BAD[number // 50 % len(BAD)] % number
    event: dict[str, Any] = {"token_id": number, "created_at": now_ms - number % 1000}
    if number % 10:
        event |= {"id": number, "request_id": f"{number:016d}"}
    return orjson.dumps(event | {"content": "词 word " * (TAIL_BYTES[number % 4] // 8)})


class Oracle:
    """Writes events to the topic of one pipeline, and knows what has to become of them."""

    def __init__(self, pipeline: Pipeline, journal: Journal | None = None) -> None:
        self.sent = 0
        self._pipeline = pipeline
        self._journal = journal or Journal()
        self._placed: dict[int, dict[int, int]] = defaultdict(dict)

    def send(self, events: int, **record: Any) -> None:
        """Write the next events, spread over the partitions, and wait until Kafka has them."""
        now_ms = int(time.time() * 1000)
        numbers = range(self.sent + 1, self.sent + events + 1)
        self.sent += events
        topic, producer = self._pipeline.name, self._pipeline.producer
        sent = [(n, producer.send(topic, value(n, now_ms), b"%d" % n, **record)) for n in numbers]
        for number, future in sent:
            place = future.get(timeout=PATIENCE_S)
            self._placed[place.partition][place.offset] = number

    def wait_for_the_end(self, patience_s: float = 180) -> float:
        """Return when everything sent is committed; the seconds it took."""
        began = time.monotonic()
        with committed_of(self._pipeline.servers, self._pipeline.name) as lag:
            wait_until(lambda: lag() == 0, patience_s)
        return time.monotonic() - began

    def verdict(self) -> Verdict:
        """Compare what was sent with what is there."""
        numbers = document_numbers(self._pipeline.client, self._pipeline.name)
        documents = Counter(number for number in numbers if number > 0)
        letters = {number for letter in self._pipeline.dead_letters() if (number := number_of(letter)) > 0}
        sent = set(range(1, self.sent + 1))
        bad = {number for number in sent if is_bad(number)}
        found = Verdict(
            lost=_few(sent - documents.keys() - letters),
            doubled=_few({number for number, times in documents.items() if times > 1}),
            in_both=_few(documents.keys() & letters),
            misjudged=_few((letters - bad) | (documents.keys() & bad)),
            strangers=_few((documents.keys() | letters) - sent),
            committed_early=self._journal.early(self._placed)[:10],
            committed_backward=self._journal.backward()[:10],
        )
        return Verdict(*(tuple(numbers) for numbers in found))


def document_numbers(client: Elasticsearch, alias: str) -> Iterator[int]:
    """Give the event number of every document behind the alias."""
    client.indices.refresh(index=alias)
    query = {"_source": False, "docvalue_fields": ["token_id"]}
    for hit in helpers.scan(client, query=query, index=alias, size=5000):
        yield hit["fields"]["token_id"][0]


def number_of(letter: ConsumerRecord) -> int:
    """Return the number of the event that became this dead letter."""
    return int(letter.key)


def balance(indexer: RunningIndexer) -> float:
    """Return by how much the ledger of an indexer does not add up, in one scrape."""
    metrics = indexer.metrics()
    ends = sum(metrics[f"records_{end}_total"] for end in ENDS)
    return metrics["records_polled_total"] - ends - metrics["records_in_flight"]


@contextmanager
def committed_of(servers: Servers, name: str) -> Iterator[Any]:
    """Give a function that tells how many records of a topic the group of the same name has not committed."""
    consumer = KafkaConsumer(bootstrap_servers=servers.bootstrap_servers, group_id=name)

    def lag() -> int:
        partitions = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name)]
        ends = consumer.end_offsets(partitions)
        return sum(ends[partition] - (consumer.committed(partition) or 0) for partition in partitions)

    try:
        yield lag
    finally:
        consumer.close(autocommit=False)


def _few(numbers: set[int]) -> list[int]:
    return sorted(numbers)[:10]
