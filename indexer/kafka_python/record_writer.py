"""Writes records to Kafka and tells of each whether its topic accepted it.

After a record that is too large, kafka-python 3.0.12's producer fails the records behind it with the same error. Only a
record that is sent alone, by a producer of its own, can be blamed. It also does not take a header without a value,
which Kafka's format has and its own builder of batches can write.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import InvalidTimestampError, MessageSizeTooLargeError, RecordListTooLargeError
from kafka.record import memory_records
from kafka.record.default_records import DefaultRecordBatchBuilder

from indexer.kafka_python.workarounds import abandon

ACKNOWLEDGE_SECONDS = 8.0
PRODUCER: Mapping[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    "max_block_ms": 5_000,
    "delivery_timeout_ms": 8_000,
    "request_timeout_ms": 4_000,
    "compression_type": "lz4",  # our headers must not make a value too large that just fitted its topic
    "max_request_size": 64_000_000,  # the broker decides what is too large, not the client
}
NOT_ACCEPTED = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTimestampError)
# Of the client itself, before it sends anything.
NOT_SENT = (*NOT_ACCEPTED, UnicodeEncodeError, OverflowError, struct.error)

Record = dict[str, Any]  # keyword arguments of `KafkaProducer.send`; the value of a header may be None


class _Null(bytes):
    """Stands for the value of a header that has none, where the producer demands bytes."""


class _BatchBuilder(DefaultRecordBatchBuilder):  # type: ignore[misc]
    def append(self, offset: int, timestamp: int, key: Any, value: Any, headers: Any) -> Any:
        given = [(name, None if isinstance(text, _Null) else text) for name, text in headers]
        return super().append(offset, timestamp, key, value, given)


memory_records.DefaultRecordBatchBuilder = _BatchBuilder


class RecordWriter:
    """One producer, created when it is needed and again after a failure. Used by one thread."""

    def __init__(self, connection: Mapping[str, Any]) -> None:
        self._connection = connection
        self._producer: KafkaProducer | None = None

    def write(self, records: Sequence[Record]) -> Iterator[tuple[int, bool]]:
        """Yield the index of each record as the answer for it arrives, with whether its topic accepted it.

        Blocks until the acknowledgements. Raises KafkaError where the brokers do not answer: nothing is known then
        about the records that were not yielded.
        """
        refused: list[int] = []
        for index, future in enumerate([self._sent(record) for record in records]):
            if future and _is_accepted(future):
                yield index, True
            else:
                refused.append(index)
        for index in refused:
            yield index, self._accepts_alone(records[index])

    def give_up(self) -> None:
        """Drop the producer and what it has in flight: after a failure its sequence numbers may be used up."""
        producer, self._producer = self._producer, None
        if producer:
            abandon(producer)

    def close(self) -> None:
        """Close the producer."""
        producer, self._producer = self._producer, None
        if producer:
            producer.close()

    def _accepts_alone(self, record: Record) -> bool:
        self.give_up()
        future = self._sent(record)
        accepted = bool(future) and _is_accepted(future)
        if not accepted:
            self.give_up()
        return accepted

    def _sent(self, record: Record) -> Any:
        """Return the future of a record that is sent; None where the client does not send it."""
        if self._producer is None:
            self._producer = KafkaProducer(**self._connection, **PRODUCER)
        headers = [(name, _Null() if value is None else value) for name, value in record["headers"]]
        with suppress(*NOT_SENT):
            return self._producer.send(**{**record, "headers": headers})
        return None


def _is_accepted(future: Any) -> bool:
    with suppress(*NOT_ACCEPTED):
        future.get(timeout=ACKNOWLEDGE_SECONDS)
        return True
    return False
