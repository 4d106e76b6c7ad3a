"""`python -m bench periods`: an index for each day, week or month. Shows which period suits as the default."""

import time
from statistics import median
from typing import NamedTuple, get_args

from bench.data.dataset import Dataset
from bench.data.elasticsearch_admin import ElasticsearchAdmin
from bench.data.names import new_name
from bench.data.topic import filled_topic
from bench.ingest.indexer import time_indexer
from bench.programs import IndexerJob, running_api, search_connection
from bench.search.compare import Repetitions, time_api
from bench.search.searches import Search, common_keyword, errors_of_a_model, newest_page
from bench.servers import MeasuredServers
from bench.tables import markdown_table
from indexer.event.document import IndexTarget
from mappings.index import Period
from stack.events.generate import events
from stack.progress import Progress

PERIODS_SEED = 4


class PeriodsPlan(NamedTuple):
    """The size of the benchmark."""

    events: int = 200_000
    rounds: int = 3
    days: float = 29  # that `created_at` goes back: a day less than the default retention
    searches: Repetitions = Repetitions(warm_ups=10, measured=40)  # of each search in each round


class PeriodTiming(NamedTuple):
    """One period in one round."""

    period: Period
    searchable_s: float
    p50s_ms: list[float]  # of each search


def periods(servers: MeasuredServers, plan: PeriodsPlan, progress: Progress) -> str:
    """Run the benchmark and return its report in Markdown."""
    now_ms = time.time_ns() // 1_000_000
    datasets = [Dataset(IndexTarget(new_name(), period), plan.events, plan.days, now_ms) for period in get_args(Period)]
    searches = [newest_page(), common_keyword(), errors_of_a_model(datasets[0])]
    progress(f"filling a topic with {plan.events:,} events of the last {plan.days:g} days")
    with filled_topic(servers.bootstrap_servers, events(PERIODS_SEED, datasets[0].created_ms())) as topic:
        progress("warm-up round, not counted")
        _measure(servers, IndexerJob(topic, datasets[0].target), searches, plan, progress)
        timings = [
            _measure(servers, IndexerJob(topic, dataset.target), searches, plan, progress)
            for _ in range(plan.rounds)
            for dataset in datasets
        ]
    return _report(plan, searches, timings)


def _measure(
    servers: MeasuredServers, job: IndexerJob, searches: list[Search], plan: PeriodsPlan, progress: Progress
) -> PeriodTiming:
    admin = ElasticsearchAdmin(servers.elasticsearch_url)
    try:
        indexing = time_indexer(servers, job, plan.events)
        admin.wait_for_merges(job.target.alias)
        with running_api(servers, job.target.alias) as (url, _), search_connection(url) as api:
            p50s_ms = [time_api(api, search, plan.searches).p50 for search in searches]
    finally:
        admin.delete_indices_and_template(job.target.alias)
    timing = PeriodTiming(job.target.period, indexing.searchable_s, p50s_ms)
    progress(", ".join(_cells(plan, [timing])))
    return timing


def _report(plan: PeriodsPlan, searches: list[Search], timings: list[PeriodTiming]) -> str:
    columns = ["an index a", "events/s until searchable", *(f"{search.name}, p50 ms" for search in searches)]
    rows = [_cells(plan, [timing for timing in timings if timing.period == period]) for period in get_args(Period)]
    method = (
        f"{plan.events:,} events over {plan.days:g} days, through the indexer, from the assignment of its partitions; "
        f"then searches through the API, one at a time. Medians of the rounds ({plan.rounds})."
    )
    return "\n\n".join(["### Periods", method, markdown_table(columns, rows)])


def _cells(plan: PeriodsPlan, timings: list[PeriodTiming]) -> list[str]:
    """Return a row: the medians of these timings, which are of one period."""
    events_per_s = plan.events / median(timing.searchable_s for timing in timings)
    p50s = [median(times) for times in zip(*(timing.p50s_ms for timing in timings), strict=True)]
    return [timings[0].period, f"{events_per_s:,.0f}", *(f"{p50:.1f}" for p50 in p50s)]
