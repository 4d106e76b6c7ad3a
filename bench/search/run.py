"""`python -m bench search`: the API against the very same Elasticsearch requests sent bare."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import uuid4

from bench.connection import Connection
from bench.programs import running_api
from bench.search.cases import Case, cases
from bench.search.compare import Effort, Result, Sides, duel
from bench.search.load import Ground, load
from bench.search.trickle import RATE, trickle
from bench.servers import Say, Servers
from bench.store import Store
from bench.table import table
from indexer.event.document import IndexTarget

DAYS = 20
HEADS = (
    "search",
    "total",
    "requests",
    "API p50 ms",
    "API p95 ms",
    "bare p50 ms",
    "bare p95 ms",
    "ratio p50",
    "ratio p95",
)


class SearchPlan(NamedTuple):
    """How much to measure."""

    events: int = 1_000_000
    rounds: int = 60  # of each search, on each side
    warm_ups: int = 10
    live: bool = False  # once more while logs are being written

    def effort(self) -> Effort:
        """Return how often each search is asked."""
        return Effort(self.warm_ups, self.rounds)


def search(servers: Servers, plan: SearchPlan, say: Say) -> str:
    """Measure, and return the figures in Markdown."""
    ground = Ground(IndexTarget(f"bench-{uuid4().hex[:8]}", "day"), plan.events, DAYS, time.time_ns() // 1_000_000)
    with _loaded(servers, ground, say):
        recorded = cases(servers, ground)
        with running_api(servers, ground.place.alias, servers.elasticsearch_url) as url:
            course = _Course(servers, url, plan.effort(), say)
            parts = [_report(plan, _results(course, recorded))]
            if plan.live:
                with trickle(servers.elasticsearch_url, ground):
                    parts.append(_live_report(_results(course, recorded)))
    return "\n\n".join(parts)


class _Course(NamedTuple):
    servers: Servers
    api_url: str
    effort: Effort
    say: Say


@contextmanager
def _loaded(servers: Servers, ground: Ground, say: Say) -> Iterator[None]:
    store = Store(servers.elasticsearch_url)
    try:
        load(store, ground, say)
        yield
    finally:
        store.forget(ground.place.alias)


def _results(course: _Course, recorded: list[Case]) -> list[Result]:
    with Connection(course.api_url) as api, Connection(course.servers.elasticsearch_url) as elasticsearch:
        return [_told(duel(Sides(api, elasticsearch), case, course.effort), course.say) for case in recorded]


def _told(result: Result, say: Say) -> Result:
    say(", ".join(f"{head}: {cell}" for head, cell in zip(HEADS, _cells(result), strict=True)))
    return result


def _report(plan: SearchPlan, results: list[Result]) -> str:
    worst = max(result.api.p50 / result.bare.p50 for result in results)
    method = (
        f"{plan.events:,} logs over {DAYS} days, 10 a page. The API over HTTP against the very requests that it sends "
        f"to Elasticsearch, sent bare in the same sequence: {plan.rounds} of each in turn, one at a time, over "
        "kept-alive connections. Elasticsearch's request cache is warm for both sides, as it is for a panel that "
        "pages through one search: totals and menus come out of it, the logs of a page never do."
    )
    verdict = f"**Highest ratio of medians {worst:.2f}** (wanted: 1.5 or less)."
    return "\n\n".join(["### Search", verdict, method, table(HEADS, map(_cells, results))])


def _live_report(results: list[Result]) -> str:
    introduction = f"The same while {RATE:.0f} logs a second are being written; totals are those from before:"
    return f"{introduction}\n\n{table(HEADS, map(_cells, results))}"


def _cells(result: Result) -> list[str]:
    case, api, bare = result
    times = [f"{time_ms:,.1f}" for time_ms in (*api, *bare)]
    ratios = [f"{api.p50 / bare.p50:.2f}", f"{api.p95 / bare.p95:.2f}"]
    return [case.shape.name, f"{case.total:,}", str(len(case.requests)), *times, *ratios]
