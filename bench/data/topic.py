"""A Kafka topic filled with events, and its records in the order in which a consumer gets them."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import UnknownTopicOrPartitionError

from bench.data.names import new_name
from indexer.consumer.options import CONSUMER
from stack.events.call import Event
from stack.feed import PRODUCER_OPTIONS, Feed

PARTITIONS = 4


@contextmanager
def filled_topic(bootstrap_servers: str, events: Iterable[Event]) -> Iterator[str]:
    """Create a topic with these events (lz4), yield its name, and delete it with its dead-letter topic."""
    topic = new_name()
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap_servers)) as admin:
        admin.create_topics([NewTopic(topic, PARTITIONS, 1)], wait_for_metadata=True)
        try:
            _write_all(bootstrap_servers, topic, events)
            yield topic
        finally:
            _delete(admin, topic)
            _delete(admin, dead_letter_topic(topic))


def dead_letter_topic(topic: str) -> str:
    """Return the name of the topic to which the indexer writes the rejected events of a topic."""
    return f"{topic}.dead-letter"


def records(bootstrap_servers: str, topic: str) -> Iterator[ConsumerRecord]:
    """Yield every record of the topic. The consumer has the indexer's settings, so the order is the same, too."""
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    with closing(KafkaConsumer(bootstrap_servers=bootstrap_servers, group_id=None, **CONSUMER)) as consumer:
        consumer.assign(partitions)
        left = sum(consumer.end_offsets(partitions).values())
        while left:
            for batch in consumer.poll(timeout_ms=1000).values():
                left -= len(batch)
                yield from batch


def _write_all(bootstrap_servers: str, topic: str, events: Iterable[Event]) -> None:
    with closing(KafkaProducer(bootstrap_servers=bootstrap_servers, **PRODUCER_OPTIONS)) as producer:
        feed = Feed(producer, topic)
        for event in events:
            feed.write(event)
        feed.flush()


def _delete(admin: KafkaAdminClient, topic: str) -> None:
    try:
        admin.delete_topics([topic])
    except UnknownTopicOrPartitionError:
        return  # the indexer creates the dead-letter topic with the first rejected event
