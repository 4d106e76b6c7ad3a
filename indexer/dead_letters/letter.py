"""A dead letter: the record as it came, and headers that say why and where it was. Pure."""

from collections.abc import Sequence

from indexer.dead_letters.rejection import Rejection
from indexer.event.origin import ORIGIN_HEADER
from indexer.kafka_python.record_writer import Record
from indexer.kafka_python.unreadable import Damaged

HEADER_PREFIX = "gateway-logs."
FIRST = f"{HEADER_PREFIX}reason"  # of our headers
TOO_LARGE = b"left out: too large for this topic, read it at the original offset"

Header = tuple[str, bytes]


def dead_letter(topic: str, rejection: Rejection) -> Record:
    """Return the record to write."""
    record = rejection.record
    headers = [*_own_headers(rejection), *_about(rejection)]
    return {"topic": topic, "value": bytes(record.value), "key": record.key, "headers": headers}


def letter_without_value(topic: str, rejection: Rejection) -> Record:
    """Return a dead letter for a record that is too large for the topic: it says where the value is."""
    headers = [*_about(rejection), (f"{HEADER_PREFIX}value", TOO_LARGE)]
    return {"topic": topic, "value": b"", "key": None, "headers": headers}


def about(headers: Sequence[Header]) -> tuple[Sequence[Header], dict[str, bytes]]:
    """Return the headers of a record in the dead-letter topic: those that it came with, and ours without their prefix.

    Ours are the last ones, from the last reason on: a producer may have written headers with the same names.
    """
    begins = max((index for index, (name, _) in enumerate(headers) if name == FIRST), default=len(headers))
    return headers[:begins], {name.removeprefix(HEADER_PREFIX): value for name, value in headers[begins:]}


def _own_headers(rejection: Rejection) -> list[Header]:
    # Kafka allows a header without a value, but kafka-python's producer does not: it becomes an empty one.
    headers = [(name, value or b"") for name, value in rejection.record.headers]
    if rejection.origin.is_of(rejection.record):
        return headers
    ours = max(index for index, (name, _) in enumerate(headers) if name == ORIGIN_HEADER)  # redrive appends it
    return headers[:ours] + headers[ours + 1 :]


def _about(rejection: Rejection) -> list[Header]:
    """Return our headers: the reason in words, and the original position and time. The last ones of a record."""
    record, first = rejection.record, rejection.origin
    said = {
        "reason": rejection.reason,
        "topic": first.topic,
        "partition": str(first.partition),
        "offset": str(first.offset),
        "timestamp": str(first.timestamp_ms),  # epoch milliseconds
    }
    if isinstance(record.value, Damaged):
        said["value"] = "the record batch as Kafka holds it: not an event, and not to be redriven"
    return [(f"{HEADER_PREFIX}{name}", text.encode()) for name, text in said.items()]
