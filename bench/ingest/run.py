"""`python -m bench ingest`: from Kafka to searchable, against raw `_bulk` of the very same bytes."""

import time
from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import NamedTuple
from uuid import uuid4

from bench.documents import Document, documents
from bench.ingest.indexer import IndexerTiming, run_indexer
from bench.ingest.raw import Plan, RawTiming, run_raw
from bench.ingest.redaction import redaction
from bench.ingest.topic import filled_topic, records
from bench.ingest.trial import PLANS, Course, fastest_plan
from bench.programs import Job
from bench.servers import Say, Servers
from bench.store import Store
from bench.table import table
from indexer.event.document import IndexTarget
from stack.events.generate import events, history

SEED = 1
HEADS = (
    "round",
    "raw, accepted /s",
    "raw, searchable /s",
    "indexer, searchable /s",
    "ratio",
    "with its start /s",
    "indexer CPU s",
    "CPU µs/event",
    "highest RSS MB",
)


class IngestPlan(NamedTuple):
    """How much to measure."""

    events: int = 200_000
    rounds: int = 3
    days: float = 1  # that `created_at` is spread over
    trial: int = 40_000  # documents for the first heat of the trial
    bulks: Sequence[Plan] = PLANS  # to choose from


class Round(NamedTuple):
    """Raw, then the indexer."""

    raw: RawTiming
    indexer: IndexerTiming

    @property
    def ratio(self) -> float:
        """How fast the indexer is beside raw bulk, both until searchable."""
        return self.raw.searchable_s / self.indexer.searchable_s


class Bench(NamedTuple):
    """What every round runs on."""

    servers: Servers
    store: Store
    corpus: list[Document]
    raw_place: IndexTarget
    job: Job


def ingest(servers: Servers, plan: IngestPlan, say: Say) -> str:
    """Measure, and return the figures in Markdown."""
    say(f"filling a topic with {plan.events:,} events of the last {plan.days:g} days")
    generated = events(SEED, history(plan.events, time.time_ns() // 1_000_000, plan.days))
    with filled_topic(servers.bootstrap_servers, generated) as topic:
        bench = _prepare(servers, topic)
        try:
            say("warm-up round, not counted")
            _round(bench, plan.bulks[0])
            course = Course(bench.store, bench.raw_place, bench.corpus, say)
            fastest = fastest_plan(course, plan.bulks, plan.trial)
            rounds = [_told(_round(bench, fastest), bench, say) for _ in range(plan.rounds)]
        finally:
            for alias in (bench.raw_place.alias, bench.job.place.alias):
                bench.store.forget(alias)
    return _report(plan, bench, fastest, rounds)


def _prepare(servers: Servers, topic: str) -> Bench:
    name = uuid4().hex[:8]
    # Names of one length: the bodies are as long as the indexer's to the byte.
    raw, job = IndexTarget(f"bench-{name}-a", "day"), Job(topic, IndexTarget(f"bench-{name}-b", "day"))
    corpus = list(documents(records(servers.bootstrap_servers, topic), raw))
    return Bench(servers, Store(servers.elasticsearch_url), corpus, raw, job)


def _round(bench: Bench, plan: Plan) -> Round:
    raw = run_raw(bench.store, bench.raw_place, bench.corpus, plan)
    bench.store.drop(bench.raw_place.alias)
    indexer = run_indexer(bench.servers, bench.job, len(bench.corpus))
    bench.store.drop(bench.job.place.alias)
    return Round(raw, indexer)


def _told(measured: Round, bench: Bench, say: Say) -> Round:
    cells = _cells("round", len(bench.corpus), [measured])
    say(", ".join(f"{head}: {cell}" for head, cell in zip(HEADS[1:], cells[1:], strict=True)))
    return measured


def _report(plan: IngestPlan, bench: Bench, fastest: Plan, rounds: list[Round]) -> str:
    count, ratio = len(bench.corpus), median(one.ratio for one in rounds)
    rows = [_cells(str(number), count, [one]) for number, one in enumerate(rounds, start=1)]
    event_bytes = mean(document.event_bytes for document in bench.corpus)
    document_bytes = mean(len(document.lines) for document in bench.corpus)
    method = (
        f"{count:,} events of {event_bytes:,.0f} bytes on average ({document_bytes:,.0f} in the bulk body), "
        f"`created_at` over {plan.days:g} days, from a full topic (4 partitions, lz4) until a count through the alias "
        "finds all of them, without a forced refresh. The indexer's clock starts when it has been assigned its "
        "partitions, and its CPU per event is counted from there; `with its start` is from the start of the process. "
        "Raw is `_bulk` of the very same bytes, prepared beforehand, sent as a trial found to be fastest "
        f"({fastest})."
    )
    verdict = f"**Ratio {ratio:.2f}** (median of the rounds, wanted: 0.85 or more)."
    figures = table(HEADS, [*rows, _cells("median", count, rounds)])
    return f"### Ingest\n\n{verdict}\n\n{method}\n\n{figures}\n\n{redaction()}"


def _cells(name: str, events: int, rounds: Sequence[Round]) -> list[str]:
    """Return one row: the medians of these rounds."""

    def rate(seconds: Iterable[float]) -> str:
        return f"{events / median(seconds):,.0f}"

    return [
        name,
        rate(one.raw.accepted_s for one in rounds),
        rate(one.raw.searchable_s for one in rounds),
        rate(one.indexer.searchable_s for one in rounds),
        f"{median(one.ratio for one in rounds):.2f}",
        rate(one.indexer.start_s + one.indexer.searchable_s for one in rounds),
        f"{median(one.indexer.start_cpu_s + one.indexer.cpu_s for one in rounds):.1f}",
        f"{median(one.indexer.cpu_s for one in rounds) / events * 1e6:.1f}",
        f"{median(one.indexer.peak_bytes for one in rounds) / 1e6:,.0f}",
    ]
