"""`python -m bench ingest`: from Kafka to searchable documents, against raw `_bulk` requests of the same bytes."""

import time
from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import NamedTuple

from bench.data.bulk import BulkOptions
from bench.data.documents import Document, documents
from bench.data.elasticsearch_admin import ElasticsearchAdmin
from bench.data.names import new_name
from bench.data.topic import filled_topic, records
from bench.ingest.indexer import IndexerTiming, time_indexer
from bench.ingest.raw import RawTiming, time_raw
from bench.ingest.redaction import redaction
from bench.ingest.trial import CANDIDATES, Trial, fastest_options
from bench.programs import IndexerJob
from bench.servers import MeasuredServers
from bench.tables import markdown_table, one_line
from indexer.event.document import IndexTarget
from stack.corpora import CORPORA
from stack.events.generate import events, history
from stack.progress import Progress

INGEST_SEED = 1
INGEST_COLUMNS = (
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


REDACTION_SHARE = 20  # events for each one that redaction is timed with


class IngestPlan(NamedTuple):
    """The size of the benchmark."""

    events: int = 200_000
    rounds: int = 3
    days: float = 1  # `created_at` is spread over these days
    trial_documents: int = 40_000  # for the first round of the trial
    candidates: Sequence[BulkOptions] = CANDIDATES  # for raw bulk requests
    corpus: str = "small"


class IngestRound(NamedTuple):
    """One run of the raw bulk requests, then one of the indexer."""

    raw: RawTiming
    indexer: IndexerTiming

    @property
    def ratio(self) -> float:
        """Speed of the indexer divided by that of raw bulk requests, both until searchable."""
        return self.raw.searchable_s / self.indexer.searchable_s


class IngestSetup(NamedTuple):
    """What every round runs on."""

    servers: MeasuredServers
    admin: ElasticsearchAdmin
    documents: list[Document]
    raw_target: IndexTarget
    job: IndexerJob


def ingest(servers: MeasuredServers, plan: IngestPlan, progress: Progress) -> str:
    """Run the benchmark and return its report in Markdown."""
    progress(f"filling a topic with {plan.events:,} events of the last {plan.days:g} days")
    moments_ms = history(plan.events, time.time_ns() // 1_000_000, plan.days)
    generated = events(INGEST_SEED, moments_ms, corpus=CORPORA[plan.corpus])
    with filled_topic(servers.bootstrap_servers, generated) as topic:
        setup = _set_up(servers, topic)
        try:
            progress("warm-up round, not counted")
            _measure(setup, plan.candidates[0])
            trial = Trial(setup.admin, setup.raw_target, setup.documents, progress)
            fastest = fastest_options(trial, plan.candidates, plan.trial_documents)
            rounds = []
            for _ in range(plan.rounds):
                rounds.append(_measure(setup, fastest))
                progress(one_line(INGEST_COLUMNS[1:], _cells("", len(setup.documents), rounds[-1:])[1:]))
        finally:
            for alias in (setup.raw_target.alias, setup.job.target.alias):
                setup.admin.delete_indices_and_template(alias)
    return _report(plan, setup, fastest, rounds)


def _set_up(servers: MeasuredServers, topic: str) -> IngestSetup:
    name = new_name()
    # Both aliases have the same length, so that raw bodies are as long as those of the indexer.
    raw_target, job = IndexTarget(f"{name}-a", "day"), IndexerJob(topic, IndexTarget(f"{name}-b", "day"))
    from_topic = list(documents(records(servers.bootstrap_servers, topic), raw_target))
    return IngestSetup(servers, ElasticsearchAdmin(servers.elasticsearch_url), from_topic, raw_target, job)


def _measure(setup: IngestSetup, options: BulkOptions) -> IngestRound:
    raw = time_raw(setup.admin, setup.raw_target, setup.documents, options)
    setup.admin.delete_indices(setup.raw_target.alias)
    indexer = time_indexer(setup.servers, setup.job, len(setup.documents))
    setup.admin.delete_indices(setup.job.target.alias)
    return IngestRound(raw, indexer)


def _report(plan: IngestPlan, setup: IngestSetup, fastest: BulkOptions, rounds: list[IngestRound]) -> str:
    count, ratio = len(setup.documents), median(one.ratio for one in rounds)
    rows = [_cells(str(number), count, [one]) for number, one in enumerate(rounds, start=1)]
    event_bytes = mean(document.event_bytes for document in setup.documents)
    document_bytes = mean(len(document.lines) for document in setup.documents)
    method = (
        f"{count:,} events of the {plan.corpus} corpus, {event_bytes:,.0f} bytes on average ({document_bytes:,.0f} in "
        "the bulk body), "
        f"`created_at` over {plan.days:g} days, from a full topic (4 partitions, lz4) until a count through the alias "
        "finds all of them, without a forced refresh. The indexer's time starts when it has been assigned its "
        "partitions, and its CPU per event is counted from there; `with its start` is from the start of the process. "
        "Raw is `_bulk` with the same bytes, prepared beforehand, with the options that a trial found to be fastest "
        f"({fastest})."
    )
    verdict = f"**Ratio {ratio:.2f}** (median of the rounds, wanted: 0.85 or more)."
    figures = markdown_table(INGEST_COLUMNS, [*rows, _cells("median", count, rounds)])
    return f"### Ingest\n\n{verdict}\n\n{method}\n\n{figures}\n\n{redaction(count // REDACTION_SHARE)}"


def _cells(name: str, events: int, rounds: Sequence[IngestRound]) -> list[str]:
    """Return a row: the medians of these rounds."""

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
