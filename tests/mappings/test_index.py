"""Names of indices: the period that they hold, when it ends, and the longer periods that it lies in."""

import pytest

from mappings.index import index_name, mapping_version, period_end_ms, wider_periods
from mappings.instant import parse_rfc3339


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("logs-2026.11.24-v2", "2026-11-25T00:00:00Z"),
        ("logs-2026.11.24", "2026-11-25T00:00:00Z"),
        ("logs-2026.12-v3", "2027-01-01T00:00:00Z"),
        ("logs-2020.w53-v3", "2021-01-04T00:00:00Z"),
        ("logs-2026-v3", "2027-01-01T00:00:00Z"),
    ],
)
def test_a_name_says_when_its_period_ends(name: str, end: str) -> None:
    assert period_end_ms("logs", name) == parse_rfc3339(end)


@pytest.mark.parametrize("name", ["logs", "logs-2026.13.01-v2", "logs-2026.11.24-notes", "logs-new-2026.11.24-v2"])
def test_a_name_of_another_program_has_no_period(name: str) -> None:
    assert period_end_ms("logs", name) is None


@pytest.mark.parametrize(
    ("written_to", "wider"),
    [
        ("a.b-c-2026.11.24", ["a.b-c-2026.11", "a.b-c-2026"]),
        ("logs-2026.w48", ["logs-2026"]),
        ("logs-2026.11", ["logs-2026"]),
        ("logs-2026", []),
    ],
)
def test_a_day_lies_in_its_month_and_its_year(written_to: str, wider: list[str]) -> None:
    assert wider_periods(written_to) == wider


def test_the_name_of_an_index_says_the_version_of_its_mapping() -> None:
    assert mapping_version(index_name("logs-2026.11.24", 12)) == 12
    assert mapping_version("logs-2026.11.24-reindexed") is None
