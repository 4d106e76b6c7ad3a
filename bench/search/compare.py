"""Time a search of the API against the bare requests, alternately, so that disturbances affect both."""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import NamedTuple

from bench.percentiles import Percentiles, percentiles
from bench.search.cases import Case
from bench.search.recorder import replay
from bench.search.searches import Search
from stack.network.connection import Connection


class Repetitions(NamedTuple):
    """How often each search is sent."""

    warm_ups: int  # not measured
    measured: int


class Connections(NamedTuple):
    """A connection to each side."""

    api: Connection
    elasticsearch: Connection


class Comparison(NamedTuple):
    """The times of both sides for one case, milliseconds."""

    case: Case
    api: Percentiles
    bare: Percentiles


def compare(connections: Connections, case: Case, repetitions: Repetitions) -> Comparison:
    """Time both sides equally often. Each goes first in every other repetition."""
    ask_api = partial(connections.api.fetch, "GET", case.search.path)
    ask_bare = partial(replay, connections.elasticsearch, case.requests)
    for _ in range(repetitions.warm_ups):
        ask_api()
        ask_bare()
    api_ms, bare_ms = [], []
    for number in range(repetitions.measured):
        if number % 2:
            bare_ms.append(_time_ms(ask_bare))
        api_ms.append(_time_ms(ask_api))
        if not number % 2:
            bare_ms.append(_time_ms(ask_bare))
    return Comparison(case, percentiles(api_ms), percentiles(bare_ms))


def time_api(api: Connection, search: Search, repetitions: Repetitions) -> Percentiles:
    """Time a search of the API alone, milliseconds."""
    ask = partial(api.fetch, "GET", search.path)
    for _ in range(repetitions.warm_ups):
        ask()
    return percentiles([_time_ms(ask) for _ in range(repetitions.measured)])


def _time_ms(ask: Callable[[], object]) -> float:
    started = perf_counter()
    ask()
    return (perf_counter() - started) * 1000
