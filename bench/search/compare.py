"""One search, the API against the bare requests, in turn, so that noise hits both."""

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from time import perf_counter
from typing import NamedTuple

from bench.connection import Connection
from bench.search.cases import Case
from bench.search.recorder import replay
from bench.search.shapes import Shape


class Effort(NamedTuple):
    """How often a search is asked."""

    warm_ups: int
    rounds: int


class Figures(NamedTuple):
    """What one side took, in ms."""

    p50: float
    p95: float


class Result(NamedTuple):
    """What both sides took for one case."""

    case: Case
    api: Figures
    bare: Figures


class Sides(NamedTuple):
    """A kept-alive connection to each."""

    api: Connection
    elasticsearch: Connection


def duel(sides: Sides, case: Case, effort: Effort) -> Result:
    """Ask both sides equally often, each first in every other round."""
    ask_api = partial(sides.api.send, "GET", case.shape.path)
    ask_bare = partial(replay, sides.elasticsearch, case.requests)
    for _ in range(effort.warm_ups):
        ask_api()
        ask_bare()
    api_ms, bare_ms = [], []
    for number in range(effort.rounds):
        if number % 2:
            bare_ms.append(_timed_ms(ask_bare))
        api_ms.append(_timed_ms(ask_api))
        if not number % 2:
            bare_ms.append(_timed_ms(ask_bare))
    return Result(case, figures(api_ms), figures(bare_ms))


def time_api(api: Connection, shape: Shape, effort: Effort) -> Figures:
    """Ask the API alone."""
    ask = partial(api.send, "GET", shape.path)
    for _ in range(effort.warm_ups):
        ask()
    return figures([_timed_ms(ask) for _ in range(effort.rounds)])


def figures(times_ms: Sequence[float]) -> Figures:
    """Return the median and the 95th percentile."""
    return Figures(percentile(times_ms, 0.5), percentile(times_ms, 0.95))


def percentile(times: Sequence[float], share: float) -> float:
    """Return a time that was measured (nearest rank)."""
    return sorted(times)[ceil(share * len(times)) - 1]


def _timed_ms(ask: Callable[[], object]) -> float:
    started = perf_counter()
    ask()
    return (perf_counter() - started) * 1000
