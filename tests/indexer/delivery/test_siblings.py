"""A record that holds several logs ends once, when all of its logs have, for any answers of Elasticsearch."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, cast
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.causes import Causes
from indexer.dead_letters.rejection import Rejection, Stage
from indexer.delivery.bulk import Bulk, BulkAnswer, ItemResult, by_outcome
from indexer.delivery.indices import Indices
from indexer.delivery.intake import Intake
from indexer.delivery.outcome import Outcome
from indexer.delivery.pace import Pace
from indexer.delivery.queue import SendQueue
from indexer.delivery.sender import Delivery
from indexer.event.document import IndexTarget, Operation
from indexer.event.origin import Origins
from indexer.event.reader import EventReader
from indexer.ledger import ENDS, Ledger
from indexer.offsets import Span
from indexer.redaction.redact import Redaction
from indexer.shapes.entries import each
from mappings.instant import DAY_MS

PARTITION = TopicPartition("t", 0)
MOMENT_MS = 1_600_000_000_000
BAD = None  # a log without `created_at`

# What Elasticsearch answers for one log before it is stored or, for ever, refused; BAD logs never reach it.
Script = tuple[list[Outcome], Outcome] | None
scripts = st.one_of(
    st.none(),
    st.tuples(
        st.lists(st.sampled_from([Outcome.RETRY, Outcome.HOLD]), max_size=3),
        st.sampled_from([Outcome.INDEXED, Outcome.INDEXED, Outcome.DUPLICATE, Outcome.DEAD_LETTER]),
    ),
)


class Rig:
    """The pipeline with a double of Elasticsearch, of its indices and of the dead-letter topic."""

    def __init__(self, records: list[list[Script]]) -> None:
        logs = [script for record in records for script in record]
        self.records = list(_records(records))
        self.stored: set[int] = set()
        self.letters: Counter[int] = Counter()
        self.reasons: dict[int, str] = {}
        self.ledger = Ledger()
        self.layouts: dict[str, int] = {}
        self.queue = SendQueue(Pace(1_000, 4), 0.0)
        self._answers = {n: (iter(script[0]), script[1]) for n, script in enumerate(logs, 1) if script}
        double: Any = self
        causes = Causes()
        reader = EventReader(IndexTarget("logs", "day"), 0, Redaction(()), Origins(), each(dict))
        self.intake = Intake(reader, self.queue, causes, double, self.ledger)
        bulk, indices = cast("Bulk", double), cast("Indices", double)
        self.delivery = Delivery(self.queue, Pace(1_000, 4), bulk, indices, causes, double, self.ledger)

    def run(self) -> None:
        """Take the records in, and read again what is parked, until nothing is left."""
        self.intake.take(PARTITION, self.records)
        self._deliver()
        while parked := self.ledger.offsets.parked().get(PARTITION):
            first, end = min(one.first for one in parked.values()), max(one.end for one in parked.values())
            self.intake.take_again(self.records[first:end], first, Span(PARTITION, end, 0, 0), tuple(parked))
            self._deliver()

    def _deliver(self) -> None:
        while self.ledger.offsets.records_in_flight():
            batch = self.queue.take()
            assert batch
            self.delivery.deliver(batch)

    def send(self, operations: list[Operation]) -> BulkAnswer:
        """Answer as the scripts say."""
        return BulkAnswer(by_outcome(operations, [self._result(json.loads(one.value)["id"]) for one in operations]))

    def _result(self, log: int) -> ItemResult:
        again, last = self._answers[log]
        outcome = next(again, last)
        if outcome in (Outcome.INDEXED, Outcome.DUPLICATE):
            outcome = Outcome.DUPLICATE if log in self.stored else outcome
            self.stored.add(log)
        return ItemResult(outcome, "why")

    def reject(self, _: Stage, rejections: Sequence[Rejection], of_records: int) -> None:  # noqa: ARG002
        """Take dead letters."""
        for rejection in rejections:
            self.letters[rejection.record.offset] += 1
            self.reasons[rejection.record.offset] = rejection.reason
            self.ledger.dead_lettered(rejection.record, rejection.span)

    def prepare(self, _: Iterable[str], __: float) -> dict[str, str]:
        """Have every index."""
        return {}

    def doubt(self, _: Iterable[str]) -> None:
        """Have it still."""


def _records(records: list[list[Script]]) -> Iterable[ConsumerRecord]:
    number = 0
    for offset, scripts_of in enumerate(records):
        events = []
        for script in scripts_of:
            number += 1
            # On two days, hence in two indices.
            events.append({"id": number, **({} if script is BAD else {"created_at": MOMENT_MS + number % 2 * DAY_MS})})
        value = json.dumps(events).encode()
        yield ConsumerRecord("t", 0, 0, offset, MOMENT_MS, 0, None, value, [], None, -1, len(value), -1)


def is_bad(script: Script) -> bool:
    return script is BAD or script[1] is Outcome.DEAD_LETTER


def run(records: list[list[Script]]) -> Rig:
    rig = Rig(records)
    with patch("indexer.delivery.queue.random", return_value=0.0):
        rig.run()
    return rig


@given(st.lists(st.lists(scripts, max_size=4), min_size=1, max_size=8))
def test_every_record_ends_once_and_every_good_log_is_stored(records: list[list[Script]]) -> None:
    rig = run(records)
    logs = [script for record in records for script in record]
    ended = {name: rig.ledger.count(name) for name in ENDS}

    assert rig.stored == {n for n, script in enumerate(logs, 1) if not is_bad(script)}
    assert set(rig.letters) == {n for n, record in enumerate(records) if any(map(is_bad, record))}
    assert rig.ledger.offsets.to_commit() == {PARTITION: len(records)}
    assert rig.ledger.offsets.bytes_in_flight() == 0
    assert ended.pop("polled") == sum(ended.values())
    assert ended["skipped"] == sum(not record for record in records)


GOOD: Script = ([], Outcome.INDEXED)
HELD: Script = ([Outcome.HOLD], Outcome.INDEXED)
REFUSED: Script = ([], Outcome.DEAD_LETTER)
KNOWN: Script = ([], Outcome.DUPLICATE)


def test_a_record_with_several_bad_logs_is_one_dead_letter() -> None:
    rig = run([[GOOD, BAD, REFUSED, GOOD]])

    assert rig.letters == {0: 1}
    assert rig.reasons[0].startswith("2 of 4 logs in the record: created_at is missing")
    assert rig.stored == {1, 4}


def test_a_record_of_bad_logs_alone_is_one_dead_letter() -> None:
    assert run([[BAD, BAD]]).reasons[0].startswith("2 of 2 logs in the record: created_at is missing")


def test_a_record_with_one_log_gets_the_plain_reason() -> None:
    assert run([[BAD]]).reasons[0].startswith("created_at is missing")


def test_a_record_waits_as_a_whole_and_its_refused_log_is_not_forgotten() -> None:
    rig = run([[REFUSED, HELD]])

    assert rig.letters == {0: 1}
    assert rig.stored == {2}
    assert {name: rig.ledger.count(name) for name in ("polled", "returned", "dead_lettered")} == {
        "polled": 2,
        "returned": 1,
        "dead_lettered": 1,
    }


def test_a_record_counts_as_indexed_where_one_of_its_logs_is_new() -> None:
    rig = run([[KNOWN, GOOD], [KNOWN, KNOWN]])

    assert (rig.ledger.count("indexed"), rig.ledger.count("duplicate")) == (1, 1)
