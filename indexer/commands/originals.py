"""Reads single records of the topic by their position: those whose value was left out of their dead letter."""

from time import monotonic

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaTimeoutError

from indexer.consumer.options import CONSUMER
from indexer.dead_letters.letter import RecordPlace
from indexer.kafka_python.damaged import DamagedPlaces
from indexer.settings import IndexerSettings

READ_SECONDS = 60.0  # a large batch has to be unpacked up to the record
ORIGINAL_POLL_MS = 500


class Originals:
    """A consumer outside the group, which is created when it is needed."""

    def __init__(self, settings: IndexerSettings) -> None:
        self._settings = settings
        self._consumer: KafkaConsumer | None = None

    def read(self, place: RecordPlace) -> ConsumerRecord | None:
        """Return the record there, None where it is gone; raise KafkaError where Kafka does not answer."""
        topic, number, offset = place
        consumer, partition = self._connected(), TopicPartition(topic, number)
        if number not in (consumer.partitions_for_topic(topic) or ()):
            return None
        consumer.assign([partition])
        first, end = consumer.beginning_offsets([partition])[partition], consumer.end_offsets([partition])[partition]
        if not first <= offset < end:
            return None
        consumer.seek(partition, offset)
        began = monotonic()
        while monotonic() - began < READ_SECONDS:
            for record in consumer.poll(timeout_ms=ORIGINAL_POLL_MS, max_records=1).get(partition, ()):
                return record if record.offset == offset else None
            if consumer.position(partition) > offset:
                return None
        raise KafkaTimeoutError

    def close(self) -> None:
        """Close the consumer."""
        if self._consumer:
            self._consumer.close()

    def _connected(self) -> KafkaConsumer:
        if self._consumer is None:
            self._consumer = KafkaConsumer(**self._settings.kafka_options(), **CONSUMER, group_id=None)
            places = DamagedPlaces(self._settings.unpack_limits(), is_believed_at_once=True)
            places.read_past(self._consumer)
        return self._consumer
