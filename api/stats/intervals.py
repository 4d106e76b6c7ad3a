"""Time ranges, and the bars of a histogram over them. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mappings.instant import DAY_MS

SECOND_MS, MINUTE_MS, HOUR_MS = 1_000, 60_000, 3_600_000
INTERVALS: Mapping[str, int] = {  # ms; from a day on these are calendar intervals of varying length
    **{f"{number}s": number * SECOND_MS for number in (1, 5, 10, 30)},
    **{f"{number}m": number * MINUTE_MS for number in (1, 5, 10, 30)},
    **{f"{number}h": number * HOUR_MS for number in (1, 3, 6, 12)},
    "1d": DAY_MS,
    "1w": 7 * DAY_MS,
    "1M": 30 * DAY_MS,
    "1y": 365 * DAY_MS,
}
NO_BARS = "none"  # in place of an interval
AUTO_BARS = 100  # at most, where the caller does not choose an interval
MAX_BARS = 2_000
MAX_SERIES_BARS = 500  # where each of several values has its own bars


class TimeRange(NamedTuple):
    """From one moment to another, epoch ms, both inclusive."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """Return its length, ms; 0 where it ends before it starts."""
        return max(self.end_ms - self.start_ms + 1, 0)

    def before(self) -> "TimeRange":
        """Return the range of the same length that ends where this one starts."""
        return TimeRange(self.start_ms - self.length_ms, self.start_ms - 1)

    def bars(self, interval: str) -> int:
        """Return the approximate number of bars of this interval."""
        return self.length_ms // INTERVALS[interval] + 1


def fitting_interval(time_range: TimeRange) -> str:
    """Return the shortest interval that makes at most `AUTO_BARS` bars."""
    return next((name for name in INTERVALS if time_range.bars(name) <= AUTO_BARS), "1y")


def histogram(time_range: TimeRange, interval: str, zone: str) -> dict[str, Any]:
    """Return the options of a date histogram with a bar for each interval of the range, empty ones included."""
    bounds = {"min": time_range.start_ms, "max": time_range.end_ms}
    return {**occupied_histogram(interval, zone), "min_doc_count": 0, "extended_bounds": bounds}


def occupied_histogram(interval: str, zone: str) -> dict[str, Any]:
    """Return the options of a date histogram with the same bars, without the empty ones."""
    kind = "calendar_interval" if INTERVALS[interval] >= DAY_MS else "fixed_interval"
    return {"field": "created_at", kind: interval, "time_zone": zone, "min_doc_count": 1}
