"""Where a record stood when it was written first: a re-driven dead letter says so in a header.

What is derived from a record's place and time (its version, the id of a log without one, the dead letter it may
become again) is derived from this, so that re-driving changes none of it.
"""

import re
from typing import NamedTuple

from kafka.consumer.fetcher import ConsumerRecord

HEADER = "gateway-logs.origin"
_WRITTEN = re.compile(rb"([a-zA-Z0-9._-]{1,249})/(\d{1,9})/(\d{1,19})/(-?\d{1,19})")


class Origin(NamedTuple):
    """A place in Kafka and its time, epoch milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int

    def header(self) -> tuple[str, bytes]:
        """Return the header that carries it."""
        return HEADER, "/".join(map(str, self)).encode()


def origin(record: ConsumerRecord) -> Origin:
    """Return where the record stood first."""
    for name, value in record.headers or ():
        if name == HEADER and (found := _WRITTEN.fullmatch(value or b"")):
            topic, *numbers = found.groups()
            return Origin(topic.decode(), *map(int, numbers))
    return Origin(record.topic, record.partition, record.offset, record.timestamp)
