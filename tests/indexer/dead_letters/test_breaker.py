"""Too many dead letters at once are held back until somebody looks; a few never are."""

import signal

from hypothesis import given
from hypothesis import strategies as st

from indexer.dead_letters.breaker import WINDOW, Breaker, Share
from indexer.dead_letters.rejection import Stage
from tests.support.faults.oracle import CLEAN, Oracle
from tests.support.pipeline import Pipeline
from tests.support.waiting import wait_until

FIVE_PERCENT = 250
HERE: Stage = "by the indexer"
THERE: Stage = "by Elasticsearch"


def tripped() -> Breaker:
    breaker = Breaker(0.05)
    refuse(breaker, FIVE_PERCENT + 1)
    return breaker


def refuse(breaker: Breaker, records: int) -> None:
    for _ in range(records):
        breaker.count(HERE, 1, 1)


def test_a_few_refused_at_the_start_hold_nothing() -> None:
    breaker = Breaker(0.05)
    refuse(breaker, FIVE_PERCENT)

    assert not breaker.holds()
    assert breaker.problem == ""


def test_one_more_than_the_share_holds_and_says_why() -> None:
    breaker = tripped()

    assert breaker.holds()
    assert "too many records were rejected, 251 of the last 251 by the indexer" in breaker.problem


def test_refused_records_further_back_than_the_window_do_not_count() -> None:
    breaker = Breaker(0.05)
    for _ in range(4):
        refuse(breaker, FIVE_PERCENT)
        breaker.count(HERE, WINDOW, 0)

    assert not breaker.holds()


def test_what_is_read_far_ahead_of_the_answers_is_counted_apart_from_them() -> None:
    breaker = Breaker(0.05)
    for _ in range(50):
        breaker.count(HERE, 1000, 30)
    for _ in range(50):
        breaker.count(THERE, 1000, 30)
    assert not breaker.holds()
    breaker.count(THERE, 1000, 200)

    assert breaker.holds()


def test_a_share_that_is_just_not_too_large_never_holds_whatever_the_size_of_a_run() -> None:
    for run in (20, 1000, 4000, 12_000):
        breaker = Breaker(0.05)
        for _ in range(100):
            breaker.count(HERE, run, run // 20)

        assert not breaker.holds()


def test_it_holds_on_when_good_records_follow() -> None:
    breaker = tripped()
    breaker.count(HERE, 2 * WINDOW, 0)

    assert breaker.holds()


def test_overruled_it_lets_all_go_until_their_share_was_small_once_more() -> None:
    breaker = tripped()
    breaker.overrule()
    refuse(breaker, 1000)
    assert not breaker.holds()
    breaker.count(HERE, WINDOW, 0)
    refuse(breaker, 2 * FIVE_PERCENT)

    assert breaker.holds()


def test_overruling_what_does_not_hold_changes_nothing() -> None:
    breaker = Breaker(0.05)
    breaker.overrule()
    refuse(breaker, FIVE_PERCENT + 1)

    assert breaker.holds()


def test_a_ratio_of_one_never_holds() -> None:
    breaker = Breaker(1)
    refuse(breaker, 2 * WINDOW)

    assert not breaker.holds()


@given(st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 3000)), min_size=1, max_size=60))
def test_a_share_covers_the_last_records_and_at_most_one_run_more(runs: list[tuple[int, int]]) -> None:
    share = Share()
    for records, refused in runs:
        share.add(records, min(records, refused))
    kept = len(share._runs)

    assert share.records == sum(records for records, _ in runs[-kept:])
    assert share.rejected == sum(min(run) for run in runs[-kept:])
    assert kept == len(runs) or share.records >= WINDOW > share.records - share._runs[0][0]


def test_a_flood_of_refused_records_waits_until_an_operator_lets_it_go(pipeline: Pipeline) -> None:
    oracle = Oracle(pipeline)
    indexer = pipeline.start_indexer(INDEXER_DEAD_LETTER_RATIO="0.002")
    oracle.send(2000)
    wait_until(lambda: "dead letters are held" in indexer.trouble() and indexer.metric("records_indexed_total") == 1960)
    assert len(pipeline.dead_letters()) <= 10
    assert pipeline.lag() > 0
    indexer.process.send_signal(signal.SIGUSR1)
    oracle.wait_for_the_end()

    assert oracle.verdict() == CLEAN
    wait_until(indexer.is_ready)


def test_records_that_were_held_are_read_again_by_the_mended_program(pipeline: Pipeline) -> None:
    oracle = Oracle(pipeline)
    indexer = pipeline.start_indexer(INDEXER_DEAD_LETTER_RATIO="0")
    oracle.send(1000)
    wait_until(lambda: indexer.metric("records_indexed_total") == 980)
    indexer.kill()
    assert pipeline.dead_letters() == []
    pipeline.start_indexer()
    oracle.wait_for_the_end()

    assert oracle.verdict() == CLEAN
