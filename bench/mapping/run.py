"""The benchmark of the mapping."""

import time
from statistics import median
from typing import NamedTuple

import orjson

from bench.data.names import new_name
from bench.mapping.cpu import Spent, indexer_cpu
from bench.mapping.searching import Searched, compare_searches
from bench.mapping.sides import SIDES, bulk_lines
from bench.mapping.writing import Node, Written, write
from bench.servers import MeasuredServers
from bench.tables import markdown_table, one_line
from indexer.event.document import IndexTarget
from stack.corpora import CORPORA, EVENT_RATIO
from stack.events.generate import events, history
from stack.progress import Progress

SEED = 2
WANTED = {"realistic": (2.0, 0.5), "small": (1.25, 1.0)}  # events/s at least, bytes on disk at most
WRITE_COLUMNS = (
    "corpus, round",
    "version 2, events/s",
    "this version, events/s",
    "ratio",
    "Elasticsearch CPU µs/event, version 2",
    "this version",
    "bytes on disk/event, version 2",
    "this version",
    "ratio",
)
SHAPE_COLUMNS = (
    "search",
    "logs, version 2",
    "logs, this version",
    "p50 ms, version 2",
    "p50 ms, this version",
    "ratio",
)
CPU_COLUMNS = ("indexer, one event", "version 2, CPU µs/event", "this version, CPU µs/event")

Pair = tuple[Written, Written]


class MappingPlan(NamedTuple):
    """How much to measure."""

    events: int = 40_000  # of the small corpus; of the realistic one a twentieth
    rounds: int = 3
    searches: int = 40


def mapping(servers: MeasuredServers, plan: MappingPlan, progress: Progress) -> str:
    """Run the benchmark and return its report in Markdown."""
    parts = ["### Mapping"]
    for corpus in ("realistic", "small"):
        parts += _corpus(servers.elasticsearch_url, corpus, plan, progress)
    return "\n\n".join(parts)


def _corpus(url: str, corpus: str, plan: MappingPlan, progress: Progress) -> list[str]:
    node = Node(url)
    now_ms = time.time_ns() // 1_000_000
    count = max(plan.events // (EVENT_RATIO if corpus == "realistic" else 1), 100)
    # All events of one day: one index.
    made = list(events(SEED, history(count, now_ms - now_ms % 86_400_000, 1), corpus=CORPORA[corpus]))
    made = [{**event, "created_at": now_ms} for event in made]
    targets = [IndexTarget(new_name(), "day") for _ in SIDES]
    lines = [bulk_lines(side, made, target) for side, target in zip(SIDES, targets, strict=True)]
    try:
        pairs = []
        for number in range(plan.rounds):
            order = (0, 1) if number % 2 else (1, 0)
            found = {which: write(node, SIDES[which], targets[which], lines[which], now_ms) for which in order}
            pairs.append((found[0], found[1]))
            progress(one_line(WRITE_COLUMNS, _written(f"{corpus}, {number + 1}", pairs[-1])))
        searched = compare_searches(url, targets, plan.searches)
    finally:
        for target in targets:
            node.delete(target)
    spent = indexer_cpu([orjson.dumps(event) for event in made[: max(count // 10, 100)]], plan.rounds)
    return _report(corpus, pairs, searched, spent)


def _report(corpus: str, pairs: list[Pair], searched: list[Searched], spent: Spent) -> list[str]:
    speed = median(now.events_per_s / before.events_per_s for before, now in pairs)
    disk = median(now.disk_bytes / before.disk_bytes for before, now in pairs)
    least, most = WANTED[corpus]
    verdict = (
        f"**{corpus.capitalize()} corpus: events a second {speed:.2f} times those of version 2 (wanted: {least} or "
        f"more), bytes on disk {disk:.2f} times (wanted: {most} or less).** Medians of the rounds."
    )
    rows = [_written(f"{corpus}, {number}", pair) for number, pair in enumerate(pairs, start=1)]
    cpu = [f"{corpus}, {spent.event_bytes:,.0f} bytes", f"{spent.before:,.1f}", f"{spent.now:,.1f}"]
    return [
        verdict,
        markdown_table(WRITE_COLUMNS, rows),
        markdown_table(SHAPE_COLUMNS, map(_searched, searched)),
        markdown_table(CPU_COLUMNS, [cpu]),
    ]


def _written(name: str, pair: Pair) -> list[str]:
    before, now = pair
    speed, disk = now.events_per_s / before.events_per_s, now.disk_bytes / before.disk_bytes
    speeds = [f"{before.events_per_s:,.0f}", f"{now.events_per_s:,.0f}", f"{speed:.2f}"]
    cpu = [f"{before.cpu_us:,.0f}", f"{now.cpu_us:,.0f}"]
    return [name, *speeds, *cpu, f"{before.disk_bytes:,.0f}", f"{now.disk_bytes:,.0f}", f"{disk:.2f}"]


def _searched(one: Searched) -> list[str]:
    times = [f"{one.before_ms:.1f}", f"{one.now_ms:.1f}", f"{one.now_ms / one.before_ms:.2f}"]
    return [one.name, *(f"{total:,}" for total in one.totals), *times]
