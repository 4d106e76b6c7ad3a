"""Many rejected records are told to the operator; nothing is held back for them."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.dead_letters.alarm import WINDOW, Alarm, Share
from indexer.dead_letters.rejection import Stage
from tests.support.faults.oracle import CLEAN, Oracle
from tests.support.pipeline import Pipeline
from tests.support.waiting import wait_until

FIVE_PERCENT = 250
HERE: Stage = "by the indexer"
THERE: Stage = "by Elasticsearch"


def reject(alarm: Alarm, records: int) -> None:
    for _ in range(records):
        alarm.count(HERE, 1, 1)


def test_a_few_rejected_at_the_start_raise_nothing() -> None:
    alarm = Alarm(0.05)
    reject(alarm, FIVE_PERCENT)

    assert alarm.notice == ""


def test_one_more_than_the_share_raises_it_and_says_where_to_look() -> None:
    alarm = Alarm(0.05)
    reject(alarm, FIVE_PERCENT + 1)

    assert alarm.notice.startswith(
        "many records were rejected: 251 of the last 251 by the indexer; look at their reasons"
    )


def test_rejected_records_further_back_than_the_window_do_not_count() -> None:
    alarm = Alarm(0.05)
    for _ in range(4):
        reject(alarm, FIVE_PERCENT)
        alarm.count(HERE, WINDOW, 0)

    assert alarm.notice == ""


def test_it_ends_when_the_share_is_small_again() -> None:
    alarm = Alarm(0.05)
    reject(alarm, FIVE_PERCENT + 1)
    alarm.count(HERE, 2 * WINDOW, 0)

    assert alarm.notice == ""


def test_the_two_who_reject_are_counted_apart() -> None:
    alarm = Alarm(0.05)
    for _ in range(50):
        alarm.count(HERE, 1000, 30)
    for _ in range(50):
        alarm.count(THERE, 1000, 30)
    assert alarm.notice == ""
    alarm.count(THERE, 1000, 200)

    assert alarm.notice


def test_a_share_that_is_just_not_too_large_never_raises_it_whatever_the_size_of_a_run() -> None:
    for run in (20, 1000, 4000, 12_000):
        alarm = Alarm(0.05)
        for _ in range(100):
            alarm.count(HERE, run, run // 20)

        assert alarm.notice == ""


def test_a_ratio_of_one_never_raises_it() -> None:
    alarm = Alarm(1)
    reject(alarm, 2 * WINDOW)

    assert alarm.notice == ""


@given(st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 3000)), min_size=1, max_size=60))
def test_a_share_covers_the_last_records_and_at_most_one_run_more(runs: list[tuple[int, int]]) -> None:
    share = Share()
    for records, refused in runs:
        share.add(records, min(records, refused))
    kept = len(share._runs)

    assert share.records == sum(records for records, _ in runs[-kept:])
    assert share.rejected == sum(min(run) for run in runs[-kept:])
    assert kept == len(runs) or share.records >= WINDOW > share.records - share._runs[0][0]


def test_a_flood_of_rejected_records_is_written_and_told_and_good_ones_go_on(pipeline: Pipeline) -> None:
    oracle = Oracle(pipeline)
    indexer = pipeline.start_indexer(INDEXER_DEAD_LETTER_RATIO="0.002")
    oracle.send(2000)
    oracle.wait_for_the_end()

    assert oracle.verdict() == CLEAN
    wait_until(lambda: indexer.trouble().startswith("ready: many records were rejected: "))
