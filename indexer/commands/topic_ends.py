"""The partitions of a topic and where each ends now: for the commands that read so far and are done."""

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import LeaderNotAvailableError

from indexer.kafka_python.workarounds import ends_of

ASK_MS = 30_000


def extent(consumer: KafkaConsumer, topic: str) -> dict[TopicPartition, int]:
    """Return where each partition ends, none where there is no such topic.

    Raises KafkaError where the brokers do not answer, or a partition has no leader: part of a topic is not all of it.
    """
    partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    ends = ends_of(consumer, partitions, ASK_MS)
    if len(ends) < len(partitions):
        raise LeaderNotAvailableError
    return ends
