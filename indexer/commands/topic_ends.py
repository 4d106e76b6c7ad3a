"""Where the partitions of a topic end now, for commands that read up to there and stop."""

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import LeaderNotAvailableError

from indexer.kafka_python.workarounds import end_offsets

TIMEOUT_MS = 30_000


def topic_ends(consumer: KafkaConsumer, topic: str) -> dict[TopicPartition, int]:
    """Return the end offset of each partition; empty where the topic does not exist.

    Raise KafkaError where the brokers do not answer, or a partition has no leader: all partitions or none.
    """
    partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    ends = end_offsets(consumer, partitions, TIMEOUT_MS)
    if len(ends) < len(partitions):
        raise LeaderNotAvailableError
    return ends
