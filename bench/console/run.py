"""`python -m bench console`: how long a reader waits for the page, and what of it is Elasticsearch."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from playwright.sync_api import Browser

from bench.console.chromium import CHROMIUM, HOW_TO_INSTALL, running_chromium
from bench.console.clock import ElasticsearchClock
from bench.console.large_log import large_log
from bench.console.reader import Reader, Wait, first_view, open_reader
from bench.data.bulk import BulkOptions, pack, send
from bench.data.dataset import Dataset, loaded_dataset
from bench.data.documents import documents, unsent_records
from bench.data.elasticsearch_admin import ElasticsearchAdmin
from bench.data.names import new_name
from bench.percentiles import percentiles
from bench.programs import running_api
from bench.servers import MeasuredServers
from bench.tables import markdown_table
from indexer.event.document import IndexTarget
from stack.progress import Progress

CONSOLE_DAYS = 20
CONSOLE_COLUMNS = ("the reader waits for", "p50 ms", "p95 ms", "Elasticsearch p50 ms", "Elasticsearch p95 ms")
LONG_TASK_MS = 50  # what Chromium calls a long task
WANTED_TASK_MS = 100
WORDS = ("temperature", "timeout", "请求超时", "assistant")  # in most logs, in many, in some, in most


class ConsolePlan(NamedTuple):
    """The size of the benchmark."""

    events: int = 1_000_000
    rounds: int = 40  # of each step
    warm_ups: int = 2
    corpus: str = "small"


class ConsoleSetup(NamedTuple):
    """What every step runs on."""

    browser: Browser
    url: str
    clock: ElasticsearchClock
    progress: Progress


Waits = dict[str, list[Wait]]


def console(servers: MeasuredServers, plan: ConsolePlan, progress: Progress) -> str:
    """Run the benchmark and return its report in Markdown; where there is no Chromium, a line that says so."""
    if CHROMIUM is None:
        return f"### Console\n\nNot measured: {HOW_TO_INSTALL}."
    now_ms = time.time_ns() // 1_000_000
    dataset = Dataset(IndexTarget(new_name(), "day"), plan.events, CONSOLE_DAYS, now_ms, plan.corpus)
    with (
        loaded_dataset(servers.elasticsearch_url, dataset, progress),
        ElasticsearchClock(servers.elasticsearch_url) as clock,
        running_api(servers, dataset.target.alias, clock.url) as (url, _),
        running_chromium() as browser,
    ):
        _store_large_log(servers.elasticsearch_url, dataset)
        setup = ConsoleSetup(browser, url, clock, progress)
        first = _first_views(setup, plan)
        waits, tasks = _visits(setup, plan)
        rows = [_cells(name, times, clock) for name, times in {**first, **waits}.items()]
        return _report(plan, rows, tasks, f"Chromium {browser.version}")


def _store_large_log(url: str, dataset: Dataset) -> None:
    lines = (one.lines for one in documents(unsent_records([large_log(dataset.now_ms)]), dataset.target))
    send(url, pack(lines, BulkOptions(4_000_000, 1).bulk_bytes), 1)
    ElasticsearchAdmin(url).refresh(dataset.target.alias)


def _first_views(setup: ConsoleSetup, plan: ConsolePlan) -> Waits:
    views = [first_view(setup.browser, setup.url) for _ in range(plan.warm_ups + plan.rounds)][plan.warm_ups :]
    return {
        "something on the page, first visit": [view.paint for view in views],
        "the list, first visit": [view.logs for view in views],
        "list, chart, sums and filters, first visit": [view.everything for view in views],
    }


def _visits(setup: ConsoleSetup, plan: ConsolePlan) -> tuple[Waits, list[float]]:
    waits: Waits = {name: [] for name in ("the list of a word that was typed", "values of `model:g`", "a log of 1 MB")}
    tasks: list[float] = []
    with open_reader(setup.browser, setup.url) as reader:
        for round_ in range(plan.warm_ups + plan.rounds):
            found, long_tasks = _visit(reader, WORDS[round_ % len(WORDS)])
            if round_ < plan.warm_ups:
                continue
            for times, wait in zip(waits.values(), found, strict=True):
                times.append(wait)
            tasks += long_tasks
    return waits, tasks


def _visit(reader: Reader, word: str) -> tuple[Sequence[Wait], list[float]]:
    opened, tasks = reader.open_large()
    return (reader.search(word), reader.suggest("model:g"), opened), tasks


def _cells(name: str, waits: Sequence[Wait], clock: ElasticsearchClock) -> list[str]:
    whole = percentiles([wait.end - wait.begin for wait in waits])
    asked = percentiles([clock.asked_ms(wait.begin, wait.end) for wait in waits])
    return [name, *(f"{time_ms:,.0f}" for time_ms in (*whole, *asked))]


def _report(plan: ConsolePlan, rows: Sequence[Sequence[str]], tasks: Sequence[float], browser: str) -> str:
    longest = f"{max(tasks):,.0f} ms" if tasks else f"less than {LONG_TASK_MS} ms"
    verdict = f"**Longest task with a log of 1 MB open: {longest}** (wanted: {WANTED_TASK_MS} ms or less)."
    method = (
        f"{plan.events:,} logs of the {plan.corpus} corpus over {CONSOLE_DAYS} days, all of them in the view, "
        f"{browser}, {plan.rounds} times each. A first visit has nothing in its cache. Typed words, in turn: "
        f"{', '.join(WORDS)}; from Enter on. Suggestions wait for a pause of 120 ms in the typing. The log of 1 MB "
        "has a conversation and a stream of half a megabyte each; its panes are opened in turn. The columns on the "
        "right: how long of that time at least one request of the API to Elasticsearch was under way, through a proxy."
    )
    return "\n\n".join(["### Console", verdict, method, markdown_table(CONSOLE_COLUMNS, rows)])
