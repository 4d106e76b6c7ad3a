"""Follows a table of logs: reads new rows, writes them to the topic as events, remembers how far it is.

At least once: the position moves after the brokers have acknowledged the records. A row that is written twice is one
log, because its id comes from the row. Nothing is read into memory beyond one page.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event

import structlog
from kafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from indexer.kafka_python.record_writer import Record, RecordWriter
from indexer.shapes.entries import encoded
from sources.database import LogTable
from sources.position import PositionFile
from sources.settled import SettledIds
from sources.tables.registry import TableShape
from sources.tables.row_values import Row

_log = structlog.get_logger()

PROGRESS_SECONDS = 10.0
FIRST_WAIT_SECONDS = 1.0
MAX_WAIT_SECONDS = 30.0
MAX_IN_FLIGHT_BYTES = 8_000_000  # of records that are not acknowledged


class NotWritableError(Exception):
    """A record that the topic does not accept even without its bodies. The text says which row it is."""


@dataclass
class Progress:
    """What was done since the start."""

    read: int = 0
    written: int = 0
    passed_over: int = 0  # rows that are no calls of a model
    without_bodies: int = 0  # too large for the topic


@dataclass(frozen=True)
class Schedule:
    """How often the table is asked, and how long rows may be on their way into it, seconds."""

    poll_seconds: float
    lag_seconds: float


class Follower:
    """One table and one topic. Used by one thread; blocks until told to stop."""

    def __init__(
        self, table: LogTable, shape: TableShape, topic: str, writer: RecordWriter, position: PositionFile
    ) -> None:
        self.progress = Progress()
        self._table = table
        self._shape = shape
        self._topic = topic
        self._writer = writer
        self._position = position
        self._reported, self._reported_rows = time.monotonic(), 0
        self._last = 0  # the id up to which everything is written

    def run(self, start: int, schedule: Schedule, stopping: Event, *, once: bool) -> None:
        """Follow from after the id `start` until told to stop; with `once`, until all rows of now are written.

        While the database or Kafka does not answer it tries again after a pause. Raises NotWritableError and
        WrongPositionError.
        """
        settled = SettledIds(0.0 if once else schedule.lag_seconds)
        self._last, failures = start, 0
        while not stopping.is_set():
            try:
                self._catch_up(settled, stopping)
                failures = 0
            except (SQLAlchemyError, KafkaError, OSError) as error:
                failures += 1
                self._writer.give_up()
                _log.warning("waiting", reason=_in_words(error), attempts=failures)
            if once and not failures:
                break
            stopping.wait(_pause_seconds(failures) if failures else schedule.poll_seconds)
        self._report("done" if once and not stopping.is_set() else "stopped", self._last)

    def _catch_up(self, settled: SettledIds, stopping: Event) -> None:
        """Write all settled rows."""
        highest = self._table.highest()
        up_to = settled.saw(highest, time.monotonic())
        if highest < self._last:
            _log.warning("no new rows: the ids of the table end before the position", id=highest, position=self._last)
        while self._last < up_to and not stopping.is_set():
            page = self._table.page(self._last, up_to)
            self._write(page)
            self._last = page[-1][0]["id"] if page else up_to
            self._position.write(self._last)
            self._report_if_due(highest)
        self._report_if_due(highest)

    def _report_if_due(self, highest: int) -> None:
        is_due = time.monotonic() - self._reported > PROGRESS_SECONDS
        if is_due and self.progress.read != self._reported_rows:
            self._report("following", highest)

    def _write(self, page: Sequence[tuple[Row, Row | None]]) -> None:
        events = [(row, detail, self._shape.event_of(row, detail)) for row, detail in page]
        calls = [(row, detail, encoded(event)) for row, detail, event in events if event is not None]
        for batch in _batches([self._record(value) for _, _, value in calls]):
            for index, accepted in self._writer.write([record for _, record in batch]):
                if not accepted:
                    row, _, _ = calls[batch[index][0]]
                    self._write_without_bodies(row)
        self.progress.read += len(page)
        self.progress.written += len(calls)
        self.progress.passed_over += len(page) - len(calls)

    def _write_without_bodies(self, row: Row) -> None:
        """Write a log that is too large for the topic: what else it says is worth more than nothing."""
        detail = {"log_id": row["id"], "request_body_truncated": True, "response_body_truncated": True}
        record = self._record(encoded(self._shape.event_of(row, detail)))
        for _, accepted in self._writer.write([record]):
            if not accepted:
                raise NotWritableError(f"the topic {self._topic} does not accept the row with the id {row['id']}")
        self.progress.without_bodies += 1
        _log.warning("a log is too large for the topic: written without its bodies", id=row["id"])

    def _record(self, value: bytes) -> Record:
        # Without a timestamp: a topic deletes by it, and rows of last year would be gone before they are read.
        return {"topic": self._topic, "value": value, "key": None, "headers": []}

    def _report(self, event: str, highest: int) -> None:
        done = self.progress
        self._reported, self._reported_rows = time.monotonic(), done.read
        counts = {"read": done.read, "written": done.written, "passed_over": done.passed_over}
        _log.info(event, **counts, without_bodies=done.without_bodies, id=self._last, ids_behind=highest - self._last)


def _batches(records: Sequence[Record]) -> Iterator[list[tuple[int, Record]]]:
    """Yield records with their places, so many bytes at a time."""
    batch: list[tuple[int, Record]] = []
    size = 0
    for place, record in enumerate(records):
        if batch and size + len(record["value"]) > MAX_IN_FLIGHT_BYTES:
            yield batch
            batch, size = [], 0
        batch.append((place, record))
        size += len(record["value"])
    if batch:
        yield batch


def _pause_seconds(failures: int) -> float:
    return min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(failures - 1, 8))


def _in_words(error: Exception) -> str:
    """Return what does not answer. The text of a driver may hold what was sent, so only types are named."""
    whose = "Kafka" if isinstance(error, KafkaError) else "the database"
    cause = getattr(error, "orig", None) or error
    return f"{whose} does not answer: {type(cause).__name__}"
