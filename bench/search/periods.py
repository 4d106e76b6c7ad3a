"""`python -m bench periods`: an index a day, a week or a month; which the default should be."""

import time
from statistics import median
from typing import NamedTuple, get_args
from uuid import uuid4

from bench.connection import Connection
from bench.ingest.indexer import run_indexer
from bench.ingest.topic import filled_topic
from bench.programs import Job, running_api
from bench.search.compare import Effort, time_api
from bench.search.load import Ground
from bench.search.shapes import Shape, common, errors_of, newest
from bench.servers import Say, Servers
from bench.store import Store
from bench.table import table
from indexer.event.document import IndexTarget
from mappings.index import Period
from stack.events.generate import events

SEED = 4


class PeriodsPlan(NamedTuple):
    """How much to measure."""

    events: int = 200_000
    rounds: int = 3
    days: float = 29  # that `created_at` goes back: a day to spare before the default retention
    searches: Effort = Effort(warm_ups=10, rounds=40)  # for each shape, each round


class Trial(NamedTuple):
    """One period, one round."""

    period: Period
    searchable_s: float
    p50s_ms: list[float]  # one for each shape


def periods(servers: Servers, plan: PeriodsPlan, say: Say) -> str:
    """Measure, and return the figures in Markdown."""
    now_ms = time.time_ns() // 1_000_000
    grounds = [
        Ground(IndexTarget(f"bench-{uuid4().hex[:8]}", one), plan.events, plan.days, now_ms) for one in get_args(Period)
    ]
    shapes = [newest(), common(), errors_of(grounds[0])]
    say(f"filling a topic with {plan.events:,} events of the last {plan.days:g} days")
    with filled_topic(servers.bootstrap_servers, events(SEED, grounds[0].moments())) as topic:
        say("warm-up round, not counted")
        _trial(servers, Job(topic, grounds[0].place), shapes, plan, say)
        trials = [
            _trial(servers, Job(topic, ground.place), shapes, plan, say)
            for _ in range(plan.rounds)
            for ground in grounds
        ]
    return _report(plan, shapes, trials)


def _trial(servers: Servers, job: Job, shapes: list[Shape], plan: PeriodsPlan, say: Say) -> Trial:
    store = Store(servers.elasticsearch_url)
    try:
        timing = run_indexer(servers, job, plan.events)
        store.settle()
        with running_api(servers, job.place.alias, servers.elasticsearch_url) as url, Connection(url) as api:
            p50s_ms = [time_api(api, shape, plan.searches).p50 for shape in shapes]
    finally:
        store.forget(job.place.alias)
    trial = Trial(job.place.period, timing.searchable_s, p50s_ms)
    say(", ".join(_cells(plan, [trial])))
    return trial


def _report(plan: PeriodsPlan, shapes: list[Shape], trials: list[Trial]) -> str:
    heads = ["an index a", "events/s until searchable", *(f"{shape.name}, p50 ms" for shape in shapes)]
    rows = [_cells(plan, [trial for trial in trials if trial.period == period]) for period in get_args(Period)]
    method = (
        f"{plan.events:,} events over {plan.days:g} days, through the indexer, from the assignment of its partitions; "
        f"then searches through the API, one at a time. Medians of the rounds ({plan.rounds})."
    )
    return "\n\n".join(["### Periods", method, table(heads, rows)])


def _cells(plan: PeriodsPlan, trials: list[Trial]) -> list[str]:
    speed = plan.events / median(trial.searchable_s for trial in trials)
    p50s = [median(times) for times in zip(*(trial.p50s_ms for trial in trials), strict=True)]
    return [trials[0].period, f"{speed:,.0f}", *(f"{p50:.1f}" for p50 in p50s)]
