"""Periods of time and the bars that a histogram has over them. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mappings.instant import DAY_MS

SECOND_MS, MINUTE_MS, HOUR_MS = 1_000, 60_000, 3_600_000
INTERVALS: Mapping[str, int] = {  # ms; from a day on they are the calendar's, and no two need to be as long
    **{f"{number}s": number * SECOND_MS for number in (1, 5, 10, 30)},
    **{f"{number}m": number * MINUTE_MS for number in (1, 5, 10, 30)},
    **{f"{number}h": number * HOUR_MS for number in (1, 3, 6, 12)},
    "1d": DAY_MS,
    "1w": 7 * DAY_MS,
    "1M": 30 * DAY_MS,
    "1y": 365 * DAY_MS,
}
BARS = 100  # at most, where nobody says how long they are
MAX_BARS = 2_000


class Period(NamedTuple):
    """From one moment to another, epoch ms, both included."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """Return how long it is; 0 where it ends before it starts."""
        return max(self.end_ms - self.start_ms + 1, 0)

    def before(self) -> "Period":
        """Return the period of the same length that ends where this one starts."""
        return Period(self.start_ms - self.length_ms, self.start_ms - 1)

    def bars(self, interval: str) -> int:
        """Return about how many bars this interval makes."""
        return self.length_ms // INTERVALS[interval] + 1


def fitting(period: Period) -> str:
    """Return the shortest interval that makes a readable number of bars."""
    return next((name for name in INTERVALS if period.bars(name) <= BARS), "1y")


def histogram(period: Period, interval: str, zone: str) -> dict[str, Any]:
    """Return the options of the histogram, with a bar for each interval of the period, empty or not."""
    kind = "calendar_interval" if INTERVALS[interval] >= DAY_MS else "fixed_interval"
    return {
        "field": "created_at",
        kind: interval,
        "time_zone": zone,
        "min_doc_count": 0,
        "extended_bounds": {"min": period.start_ms, "max": period.end_ms},
    }
