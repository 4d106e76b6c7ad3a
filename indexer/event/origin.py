"""The original position of a record: one that `redrive` has sent back carries it in a signed header. Pure.

What is derived from a record's position and time (its version, the id of a log without ids, the headers of a dead
letter) is derived from the original one, so redriving does not change it. The signature shows that the header was
written for this record by this program: anyone who may write to the topic can write a header with its name.
"""

import re
from hashlib import blake2b
from hmac import compare_digest
from typing import NamedTuple

from kafka.consumer.fetcher import ConsumerRecord

ORIGIN_HEADER = "gateway-logs.origin"
_POSITION = rb"([a-zA-Z0-9._-]{1,249})/(\d{1,9})/(\d{1,19})/(-?\d{1,19})"
_WRITTEN = re.compile(rb"(" + _POSITION + rb")/([0-9a-f]{32})")


class NotVerifiableError(Exception):
    """A record has a position in a header, and the key that shows who wrote it is not known yet."""


class Origin(NamedTuple):
    """A position in Kafka, and the time of the record there, epoch milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int

    def is_of(self, record: ConsumerRecord) -> bool:
        """Tell whether it is the position of the record itself."""
        return self[:3] == (record.topic, record.partition, record.offset)

    def header(self, key: bytes, value: bytes | None) -> tuple[str, bytes]:
        """Return the header that carries it, signed for a record with this value."""
        position = "/".join(map(str, self)).encode()
        return ORIGIN_HEADER, b"%b/%b" % (position, _signature(key, position, value))


class Origins:
    """Finds the original position of a record; `key` is None until it has been read from Elasticsearch."""

    def __init__(self, key: bytes | None = None) -> None:
        self.key = key

    def of(self, record: ConsumerRecord) -> Origin:
        """Return the original position of a record; raise NotVerifiableError while the key is not known.

        A header that was not signed with the key for this value is like any other header of its producer.
        """
        for name, value in record.headers or ():
            if name == ORIGIN_HEADER and (found := _WRITTEN.fullmatch(value or b"")):
                if self.key is None:
                    raise NotVerifiableError
                position, topic, *numbers, signature = found.groups()
                if compare_digest(signature, _signature(self.key, position, record.value)):
                    return Origin(topic.decode(), *map(int, numbers))
        return Origin(record.topic, record.partition, record.offset, record.timestamp)


def carries_position(record: ConsumerRecord) -> bool:
    """Tell whether a record has a header of that name, whoever wrote it."""
    return any(name == ORIGIN_HEADER for name, _ in record.headers or ())


def _signature(key: bytes, position: bytes, value: bytes | None) -> bytes:
    # The position has no byte 0, so it and the value cannot be divided in another way.
    return blake2b(position + b"\0" + bytes(value or b""), key=key, digest_size=16).hexdigest().encode()
