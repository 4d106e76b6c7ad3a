"""The oracle sees what it is there for: each kind of fault, planted, is found."""

from typing import Any

import orjson
import pytest

from mappings.index import index_name
from tests.support.faults.journal import Commit, Journal
from tests.support.faults.oracle import CLEAN, Oracle, Verdict, is_bad, value
from tests.support.pipeline import Pipeline

PLACED = {0: {0: 1, 1: 2, 3: 4}, 1: {0: 3}}  # a gap at offset 2


def test_a_commit_after_everything_below_it_is_not_early() -> None:
    journal = Journal()
    journal.acknowledge([1, 2])
    journal.ask({0: 3})
    journal.acknowledge([4])
    journal.ask({0: 4})

    assert journal.early(PLACED) == []


def test_a_commit_before_one_record_below_it_is_early_even_if_it_is_acknowledged_later() -> None:
    journal = Journal()
    journal.acknowledge([2])
    journal.ask({0: 1, 1: 0})
    journal.acknowledge([1])
    journal.ask({0: 4})

    assert journal.early(PLACED) == [Commit(2, 0, 1), Commit(4, 0, 4)]


def test_a_commit_that_goes_back_is_seen() -> None:
    journal = Journal()
    for offset in (3, 3, 2, 4):
        journal.take({0: offset})

    assert [commit.offset for commit in journal.backward()] == [2]


@pytest.mark.parametrize("number", [7, 57, 107, 157, 207])
def test_bad_events_of_every_kind_are_among_those_sent(number: int) -> None:
    assert is_bad(number)
    assert b"%d" % number in value(number, 0)


def test_events_that_are_lost_doubled_misjudged_or_nobody_s_are_told_apart(pipeline: Pipeline) -> None:
    oracle = Oracle(pipeline)
    oracle.send(8)
    index = index_name(f"{pipeline.name}-2026.11.24")
    documents = [orjson.dumps({"token_id": number}) for number in (1, 1, 2, 3, 7, 99)]
    lines: list[Any] = [line for document in documents for line in (b'{"index":{}}', document)]
    pipeline.client.indices.create(index=index, aliases={pipeline.name: {}})
    pipeline.client.bulk(operations=lines, index=index)
    for number in (4, 3):
        pipeline.producer.send(f"{pipeline.name}.dead", b"", b"%d" % number).get()

    assert oracle.verdict() == Verdict((5, 6, 8), (1,), (3,), (3, 4, 7), (99,))
    assert oracle.verdict() != CLEAN
