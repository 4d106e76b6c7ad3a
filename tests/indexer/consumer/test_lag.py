"""Lag counts what has been written; an open transaction is named after a while."""

from unittest.mock import patch

from kafka import TopicPartition

from indexer.consumer.lag import OPEN_SECONDS, End, OpenTransactions, lags

P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


def problem_at(transactions: OpenTransactions, second: float, end: End, finished: int) -> str:
    with patch("indexer.consumer.lag.monotonic", return_value=second):
        return transactions.problem({P0: end, P1: End(5, 5)}, {P0: finished, P1: 5})


def test_lag_is_what_has_been_written_and_is_not_finished() -> None:
    assert lags({P0: End(5, 9), P1: End(3, 3)}, {P0: 4}) == {P0: 5, P1: 3}


def test_a_transaction_that_stays_open_is_named_with_what_waits_behind_it() -> None:
    transactions = OpenTransactions()

    assert problem_at(transactions, 0, End(5, 9), 5) == ""
    assert problem_at(transactions, OPEN_SECONDS + 1, End(5, 9), 5).startswith(
        "partition 0: a transaction has been open since offset 5, and 4 records wait behind it"
    )
    assert problem_at(transactions, OPEN_SECONDS + 2, End(9, 9), 5) == ""


def test_transactions_one_after_another_are_no_problem() -> None:
    transactions = OpenTransactions()

    assert [problem_at(transactions, second, End(second, second + 4), second) for second in range(30)] == [""] * 30


def test_while_there_is_something_to_read_nothing_is_said() -> None:
    transactions = OpenTransactions()

    assert [problem_at(transactions, second, End(50, 90), second) for second in range(30)] == [""] * 30
