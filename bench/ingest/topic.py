"""A Kafka topic full of realistic events, as a backlog would be; and the records in it, in a consumer's order."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import UnknownTopicOrPartitionError

from indexer.consumer.loop import CONSUMER
from stack.events.generate import Event
from stack.feed import PRODUCER_OPTIONS, Feed

PARTITIONS = 4


@contextmanager
def filled_topic(bootstrap_servers: str, events: Iterable[Event]) -> Iterator[str]:
    """Give the name of a topic with these events, lz4, in four partitions; it is deleted in the end."""
    topic = f"bench-{uuid4().hex[:8]}"
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap_servers)) as admin:
        admin.create_topics([NewTopic(topic, PARTITIONS, 1)], wait_for_metadata=True)
        try:
            _fill(bootstrap_servers, topic, events)
            yield topic
        finally:
            _delete(admin, topic)
            _delete(admin, dead_letter_topic(topic))


def dead_letter_topic(topic: str) -> str:
    """Return the topic that the indexer rejects events of a topic to."""
    return f"{topic}.dead-letter"


def records(bootstrap_servers: str, topic: str) -> Iterator[ConsumerRecord]:
    """Give every record of the topic, fetched with the indexer's settings so that the order is like its own."""
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    with closing(KafkaConsumer(bootstrap_servers=bootstrap_servers, group_id=None, **CONSUMER)) as consumer:
        consumer.assign(partitions)
        left = sum(consumer.end_offsets(partitions).values())
        while left:
            for run in consumer.poll(timeout_ms=1000).values():
                left -= len(run)
                yield from run


def _fill(bootstrap_servers: str, topic: str, events: Iterable[Event]) -> None:
    with closing(KafkaProducer(bootstrap_servers=bootstrap_servers, **PRODUCER_OPTIONS)) as producer:
        feed = Feed(producer, topic)
        for event in events:
            feed.write(event)
        feed.flush()


def _delete(admin: KafkaAdminClient, topic: str) -> None:
    try:
        admin.delete_topics([topic])
    except UnknownTopicOrPartitionError:
        return  # nothing was rejected
