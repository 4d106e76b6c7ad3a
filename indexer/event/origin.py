"""The original position of a record: one that `redrive` has sent back carries it in a header. Pure.

What is derived from a record's position and time (its version, the id of a log without ids, the headers of a dead
letter) is derived from the original one, so redriving does not change it.
"""

import re
from typing import NamedTuple

from kafka.consumer.fetcher import ConsumerRecord

ORIGIN_HEADER = "gateway-logs.origin"
_WRITTEN = re.compile(rb"([a-zA-Z0-9._-]{1,249})/(\d{1,9})/(\d{1,19})/(-?\d{1,19})")


class Origin(NamedTuple):
    """A position in Kafka, and the time of the record there, epoch milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int

    def header(self) -> tuple[str, bytes]:
        """Return the header that carries it."""
        return ORIGIN_HEADER, "/".join(map(str, self)).encode()


def origin(record: ConsumerRecord) -> Origin:
    """Return the original position of a record."""
    for name, value in record.headers or ():
        if name == ORIGIN_HEADER and (found := _WRITTEN.fullmatch(value or b"")):
            topic, *numbers = found.groups()
            return Origin(topic.decode(), *map(int, numbers))
    return Origin(record.topic, record.partition, record.offset, record.timestamp)
