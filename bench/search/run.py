"""`python -m bench search`: the API against the bare requests: those that it sends to Elasticsearch."""

import time
from typing import NamedTuple

from bench.data.dataset import Dataset, loaded_dataset
from bench.data.names import new_name
from bench.programs import running_api, search_connection
from bench.search.cases import Case, record_cases
from bench.search.compare import Comparison, Connections, Repetitions, compare
from bench.search.live_writes import DOCUMENTS_PER_S, live_writes
from bench.servers import MeasuredServers
from bench.tables import markdown_table, one_line
from indexer.event.document import IndexTarget
from stack.progress import Progress

DAYS = 20
SEARCH_COLUMNS = (
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
    """The size of the benchmark."""

    events: int = 1_000_000
    rounds: int = 60  # of each search, on each side
    warm_ups: int = 10
    live: bool = False  # measure a second time while documents are being written
    corpus: str = "small"


class SearchSetup(NamedTuple):
    """What every comparison runs on."""

    api_url: str
    elasticsearch_url: str
    cases: list[Case]
    repetitions: Repetitions
    progress: Progress


def search(servers: MeasuredServers, plan: SearchPlan, progress: Progress) -> str:
    """Run the benchmark and return its report in Markdown."""
    dataset = Dataset(IndexTarget(new_name(), "day"), plan.events, DAYS, time.time_ns() // 1_000_000, plan.corpus)
    with loaded_dataset(servers.elasticsearch_url, dataset, progress):
        cases = record_cases(servers, dataset)
        with running_api(servers, dataset.target.alias) as (url, _):
            repetitions = Repetitions(plan.warm_ups, plan.rounds)
            setup = SearchSetup(url, servers.elasticsearch_url, cases, repetitions, progress)
            parts = [_report(plan, _compare_all(setup))]
            if plan.live:
                with live_writes(servers.elasticsearch_url, dataset):
                    parts.append(_live_report(_compare_all(setup)))
    return "\n\n".join(parts)


def _compare_all(setup: SearchSetup) -> list[Comparison]:
    comparisons = []
    with search_connection(setup.api_url) as api, search_connection(setup.elasticsearch_url) as elasticsearch:
        for case in setup.cases:
            comparisons.append(compare(Connections(api, elasticsearch), case, setup.repetitions))
            setup.progress(one_line(SEARCH_COLUMNS, _cells(comparisons[-1])))
    return comparisons


def _report(plan: SearchPlan, comparisons: list[Comparison]) -> str:
    worst = max(one.api.p50 / one.bare.p50 for one in comparisons)
    method = (
        f"{plan.events:,} logs of the {plan.corpus} corpus over {DAYS} days, 10 a page. The API over HTTP against the "
        "Elasticsearch requests that "
        f"it sends, sent bare in the same order: {plan.rounds} of each, alternately, one at a time, over kept-alive "
        "connections. Elasticsearch's request cache is warm for both sides, as for a web panel that pages through one "
        "search: totals and menus come from the cache, the logs of a page never do."
    )
    verdict = f"**Highest ratio of medians {worst:.2f}** (wanted: 1.5 or less)."
    return "\n\n".join(["### Search", verdict, method, markdown_table(SEARCH_COLUMNS, map(_cells, comparisons))])


def _live_report(comparisons: list[Comparison]) -> str:
    introduction = (
        f"The same while {DOCUMENTS_PER_S:.0f} logs a second are being written; totals are those from before:"
    )
    return f"{introduction}\n\n{markdown_table(SEARCH_COLUMNS, map(_cells, comparisons))}"


def _cells(comparison: Comparison) -> list[str]:
    case, api, bare = comparison
    times = [f"{time_ms:,.1f}" for time_ms in (*api, *bare)]
    ratios = [f"{api.p50 / bare.p50:.2f}", f"{api.p95 / bare.p95:.2f}"]
    return [case.search.name, f"{case.total:,}", str(len(case.requests)), *times, *ratios]
