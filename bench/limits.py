"""The cost of hostile records: `python -m bench.limits` prints the time and the memory that it takes to read each.

Each is read in a process of its own, as the indexer reads it. Memory is what the process needs beyond the record as it
was fetched.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from pathlib import Path

from kafka.record.default_records import DefaultRecordBatch
from kafka.record.memory_records import MemoryRecordsBuilder

from bench.tables import markdown_table
from indexer.event.decode import InvalidEventError, Window, decode
from indexer.kafka_python.batch_records import records
from indexer.kafka_python.unreadable import DEFAULT_LIMITS, TooLarge
from indexer.redaction.redact import Redaction
from indexer.settings import IndexerSettings
from service.settings import load

EVENT_COLUMNS = ("event", "MB", "seconds", "MB of memory", "what became of it")
PIECES = 1_000_000
NOW_MS = int(time.time() * 1000)


def _event(rest: bytes) -> bytes:
    return b'{"created_at":%d,%b}' % (NOW_MS, rest)


def _numbered(name: bytes, number: int = PIECES) -> bytes:
    return b",".join(b'"%b%d":"%d"' % (name, one, one) for one in range(number))


def _body(text: str) -> bytes:
    return _event(b'"request_detail":{"response_body":%b}' % json.dumps(text).encode())


EVENTS: Mapping[str, Callable[[], bytes]] = {
    "600,000 dotted root keys": lambda: _event(_numbered(b"a.", 600_000)),
    "450,000 metadata keys": lambda: _event(b'"metadata":{%b}' % _numbered(b"k", 450_000)),
    "600,000 names in an unknown field": lambda: _event(b'"x":{%b}' % _numbered(b"k", 600_000)),
    "5 million lists in a field that is not read": lambda: _event(b'"amount":[%b]' % b",".join([b"[]"] * 5 * PIECES)),
    "7 million levels": lambda: _event(b'"x":%b' % (b"[" * 7 * PIECES + b"]" * 7 * PIECES)),
    "an id of 14 million digits": lambda: _event(b'"id":%b' % (b"7" * 14 * PIECES)),
    "a name of 14 million characters": lambda: _event(b'"a.%b":1' % (b"k" * 14 * PIECES)),
    "2.3 million halves of surrogate pairs": lambda: _event(b'"content":"%b"' % (b"\\ud800" * 2_300_000)),
    "a stream of a million chunks": lambda: _body("data: {}\n\n" * PIECES),
    "a stream of 500,000 different chunks": lambda: _body(
        "".join(f'data: {{"k{one}":"{one}"}}\n\n' for one in range(500_000))
    ),
    "a body of 14 MB": lambda: _body("word " * 2_900_000),
}


CODECS = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


def limits() -> str:
    """Run the benchmark and return its report in Markdown."""
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        batches = [pool.apply(_batch_row, (codec,)) for codec in CODECS]
        events = [pool.apply(_event_row, (name,)) for name in EVENTS]
    tables = [markdown_table(("batch", *EVENT_COLUMNS[1:]), batches), markdown_table(EVENT_COLUMNS, events)]
    return "\n\n".join(["### Hostile records", *tables])


def _batch_row(codec: str) -> list[str]:
    builder = MemoryRecordsBuilder(2, CODECS[codec], 10**9)
    for value in (b"{}", b"x" * 150_000_000, b"{}"):
        builder.append(NOW_MS, None, value, [])
    builder.close()
    batch = DefaultRecordBatch(builder.buffer())
    del builder, value
    size = batch.size_in_bytes / 1e6
    return [f"a record of 150 MB in {codec}", f"{size:.2f}", *_measured(lambda: _read_batch(batch))]


def _read_batch(batch: DefaultRecordBatch) -> str:
    values = [record.value for record in records(batch, DEFAULT_LIMITS)]
    return ", ".join(value.reason if isinstance(value, TooLarge) else "read" for value in values)


def _event_row(name: str) -> list[str]:
    value = EVENTS[name]()
    redaction, window = load(IndexerSettings).redaction(), Window.at(NOW_MS, 30)
    return [name, f"{len(value) / 1e6:.0f}", *_measured(lambda: _read_event(value, window, redaction))]


def _read_event(value: bytes, window: Window, redaction: Redaction) -> str:
    try:
        decode(value, window, redaction)
    except InvalidEventError as error:
        return str(error)
    return "a log"


def _measured(read: Callable[[], str]) -> list[str]:
    """Return seconds, MB and outcome."""
    Path("/proc/self/clear_refs").write_text("5")  # the highest memory counts from here on
    before, began = _memory_mb("VmRSS"), time.monotonic()
    outcome = read()
    return [f"{time.monotonic() - began:.1f}", f"{max(_memory_mb('VmHWM') - before, 0):.0f}", outcome]


def _memory_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(name))


if __name__ == "__main__":
    sys.stdout.write(limits() + "\n")
