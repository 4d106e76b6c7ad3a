"""A dead letter: the record as it came, and headers that say why and where it was. Pure."""

import re
from collections.abc import Iterator, Sequence

from kafka.consumer.fetcher import ConsumerRecord

from indexer.dead_letters.rejection import Rejection
from indexer.event.origin import ORIGIN_HEADER
from indexer.kafka_python.record_writer import Record
from indexer.kafka_python.unreadable import Damaged, TooLarge

HEADER_PREFIX = "gateway-logs."
FIRST = f"{HEADER_PREFIX}reason"  # of our headers
NOT_AN_EVENT = "the record batch as Kafka holds it: not an event, and not to be redriven"
_PLACE = re.compile(rb"left out[a-z, ]*: the record is at ([a-zA-Z0-9._-]{1,249})/(\d{1,9})/(\d{1,19})")

Header = tuple[str, bytes | None]
RecordPlace = tuple[str, int, int]  # topic, partition, offset


def dead_letter(topic: str, rejection: Rejection) -> Record:
    """Return the record to write. The value of a record that is too large is left out."""
    record = rejection.record
    if isinstance(record.value, TooLarge):
        return _without_value(topic, rejection, record.value.without)
    value = NOT_AN_EVENT if isinstance(record.value, Damaged) else ""
    headers = [*own_headers(record, is_redriven=_is_redriven(rejection)), *_about(rejection, value)]
    return {"topic": topic, "value": bytes(record.value), "key": record.key, "headers": headers}


def shorter_letters(topic: str, rejection: Rejection) -> Iterator[Record]:
    """Yield dead letters for a record that the topic does not accept: without its value, then with our headers only.

    They say where the record is.
    """
    without = rejection.record.value.without if isinstance(rejection.record.value, TooLarge) else ()
    yield _without_value(topic, rejection, without)
    yield _without_value(topic, rejection, ("key", "headers"))


def about(headers: Sequence[Header]) -> tuple[Sequence[Header], dict[str, bytes]]:
    """Return the headers of a record in the dead-letter topic: those that it came with, and ours without their prefix.

    Ours are the last ones, from the last reason on: a producer may have written headers with the same names.
    """
    begins = max((index for index, (name, _) in enumerate(headers) if name == FIRST), default=len(headers))
    return headers[:begins], {name.removeprefix(HEADER_PREFIX): value or b"" for name, value in headers[begins:]}


def place_of_record(said: bytes) -> RecordPlace | None:
    """Return where the record is whose value was left out; None where the header `value` says another thing."""
    match = _PLACE.fullmatch(said)
    return (match[1].decode(), int(match[2]), int(match[3])) if match else None


def own_headers(record: ConsumerRecord, *, is_redriven: bool) -> list[Header]:
    """Return the headers of a record without the one that redrive has added."""
    if not is_redriven:
        return list(record.headers)
    ours = max((index for index, (name, _) in enumerate(record.headers) if name == ORIGIN_HEADER), default=None)
    return [header for index, header in enumerate(record.headers) if index != ours]


def _is_redriven(rejection: Rejection) -> bool:
    return not rejection.origin.is_of(rejection.record)


def _without_value(topic: str, rejection: Rejection, without: Sequence[str]) -> Record:
    record = rejection.record
    key = None if "key" in without else record.key
    headers = [] if "headers" in without else own_headers(record, is_redriven=_is_redriven(rejection))
    also = f", with its {' and its '.join(without)}" if without else ""
    said = f"left out{also}: the record is at {record.topic}/{record.partition}/{record.offset}"
    return {"topic": topic, "value": b"", "key": key, "headers": [*headers, *_about(rejection, said)]}


def _about(rejection: Rejection, value: str = "") -> list[Header]:
    """Return our headers: the reason in words, the original position and time, and what the value is if no event."""
    first = rejection.origin
    said = {
        "reason": rejection.reason,
        "topic": first.topic,
        "partition": str(first.partition),
        "offset": str(first.offset),
        "timestamp": str(first.timestamp_ms),  # epoch milliseconds
    }
    if value:
        said["value"] = value
    return [(f"{HEADER_PREFIX}{name}", text.encode()) for name, text in said.items()]
