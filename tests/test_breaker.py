"""Too many dead letters at once are held back until somebody looks; a few never are."""

import signal

from conftest import Pipeline, wait_until
from hypothesis import given
from hypothesis import strategies as st
from oracle import CLEAN, Oracle

from indexer.breaker import WINDOW, Breaker

FIVE_PERCENT = 250


def tripped() -> Breaker:
    breaker = Breaker(0.05)
    refuse(breaker, FIVE_PERCENT + 1)
    return breaker


def refuse(breaker: Breaker, records: int) -> None:
    for _ in range(records):
        breaker.refused()


def test_a_few_refused_at_the_start_hold_nothing() -> None:
    breaker = Breaker(0.05)
    refuse(breaker, FIVE_PERCENT)

    assert not breaker.holds()
    assert breaker.trouble == ""


def test_one_more_than_the_share_holds_and_says_why() -> None:
    breaker = tripped()

    assert breaker.holds()
    assert "251 of the last 251 records were refused, more than 250" in breaker.trouble


def test_refused_records_further_back_than_the_window_do_not_count() -> None:
    breaker = Breaker(0.05)
    for _ in range(4):
        refuse(breaker, FIVE_PERCENT)
        breaker.stored(WINDOW)

    assert not breaker.holds()


def test_it_holds_on_when_good_records_follow() -> None:
    breaker = tripped()
    breaker.stored(2 * WINDOW)

    assert breaker.holds()


def test_overruled_it_lets_all_go_until_their_share_was_small_once_more() -> None:
    breaker = tripped()
    breaker.overrule()
    refuse(breaker, 1000)
    assert not breaker.holds()
    breaker.stored(WINDOW)
    refuse(breaker, FIVE_PERCENT + 1)

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


@given(st.lists(st.one_of(st.none(), st.integers(1, 3000)), max_size=400))
def test_it_counts_as_a_list_of_the_last_records_would(history: list[int | None]) -> None:
    breaker, last = Breaker(1), [False] * 0
    for stored in history:
        last = (last + ([True] if stored is None else [False] * stored))[-WINDOW:]
        if stored is None:
            breaker.refused()
        else:
            breaker.stored(stored)

    assert (breaker._refused, breaker._records) == (sum(last), len(last))


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
