"""Percentiles of measured times, by the nearest-rank method: each is one of the measured times."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple


class Percentiles(NamedTuple):
    """The median and the 95th percentile, in the unit of the times."""

    p50: float
    p95: float


def percentiles(times: Sequence[float]) -> Percentiles:
    """Return the median and the 95th percentile."""
    return Percentiles(percentile(times, 0.5), percentile(times, 0.95))


def percentile(times: Sequence[float], share: float) -> float:
    """Return the time that `share` of the times do not exceed, for example 0.95 of them."""
    return sorted(times)[ceil(share * len(times)) - 1]
