"""Any number of days needs a bounded number of indices, and the newest days keep theirs."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from indexer.delivery.index_budget import budget_notice, index_period

TODAY = datetime(2026, 11, 24, tzinfo=UTC)
MOST = 400


def periods(days_ago: Iterable[int], most: int) -> list[str]:
    """Return the periods that get an index where logs of these days arrive in this order."""
    taken: list[str] = []
    for days in days_ago:
        target = f"logs-{TODAY - timedelta(days=days):%Y.%m.%d}"
        period = index_period(target, is_recent=days < 31, taken=taken, most=most)
        taken += [period] if period not in taken else []
    return taken


@pytest.mark.parametrize("most", [10, 50, MOST])
@pytest.mark.parametrize("order", [1, -1])
def test_twelve_years_need_the_budget_at_most_and_an_index_for_each_year(most: int, order: int) -> None:
    found = periods(list(range(4_345))[::order], most)

    assert len(found) <= most + 12 + 2


@pytest.mark.parametrize("most", [130, MOST])
def test_the_newest_days_have_an_index_each_however_many_old_ones_came_first(most: int) -> None:
    found = periods(reversed(range(4_345)), most)

    assert {f"logs-{TODAY - timedelta(days=days):%Y.%m.%d}" for days in range(31)} <= set(found)


def test_days_within_the_budget_have_an_index_each() -> None:
    assert len(periods(range(MOST // 2), MOST)) == MOST // 2


def test_an_old_day_goes_to_the_index_of_its_month_where_that_exists() -> None:
    assert index_period("logs-2015.03.07", is_recent=False, taken=["logs-2015.03"], most=MOST) == "logs-2015.03"


def test_a_new_day_beyond_the_budget_shares_its_month() -> None:
    taken = [f"logs-{TODAY - timedelta(days=days):%Y.%m.%d}" for days in range(1, MOST + 1)]

    assert index_period("logs-2026.11.24", is_recent=True, taken=taken, most=MOST) == "logs-2026.11"


def test_an_operator_is_told_before_the_budget_is_used_up() -> None:
    assert budget_notice(359, MOST) == ""
    assert budget_notice(360, MOST).startswith("360 of 400 indices (INDEXER_MAX_INDICES)")
