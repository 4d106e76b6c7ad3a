"""What the indexer spends on an event: all of it, and the part that differs between the versions."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

import msgspec

from bench.data.documents import ANY_TIME
from indexer.event.decode import decode
from indexer.event.said import said
from indexer.redaction.redact import Redaction
from mappings.event import LogEvent
from mappings.version_2.copies import copies

_event = msgspec.json.Decoder(LogEvent)


class Spent(NamedTuple):
    """CPU time for each event, microseconds."""

    event_bytes: float
    before: float
    now: float


def indexer_cpu(values: Sequence[bytes], rounds: int) -> Spent:
    """Return the CPU time of decoding an event into a document of each version, in one thread; medians."""
    rules = Redaction()
    parsed = [_event.decode(value) for value in values]
    all_us, said_us, copies_us = [], [], []
    for _ in range(rounds):
        all_us.append(_cpu_us(lambda: [decode(value, ANY_TIME, rules) for value in values]))
        said_us.append(_cpu_us(lambda: [said(event, rules) for event in parsed]))
        copies_us.append(_cpu_us(lambda: [copies(event) for event in parsed]))
    number = len(values)
    size = sum(map(len, values)) / number
    return Spent(size, (median(all_us) - median(said_us) + median(copies_us)) / number, median(all_us) / number)


def _cpu_us(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1e6
