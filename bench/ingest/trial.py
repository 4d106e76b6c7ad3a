"""A trial of bulk options: the indexer is compared with the fastest raw bulk requests, not with arbitrary ones."""

from collections.abc import Sequence
from typing import NamedTuple

from bench.data.bulk import BulkOptions
from bench.data.documents import Document
from bench.data.elasticsearch_admin import ElasticsearchAdmin
from bench.ingest.raw import time_raw
from indexer.event.document import IndexTarget
from stack.progress import Progress

FINALISTS = 3
CANDIDATES = tuple(
    BulkOptions(megabytes * 1_000_000, in_flight) for megabytes in (2, 4, 8) for in_flight in (1, 2, 3, 4)
)


class Trial(NamedTuple):
    """What the candidates are tried on."""

    admin: ElasticsearchAdmin
    target: IndexTarget
    documents: Sequence[Document]
    progress: Progress


def fastest_options(trial: Trial, candidates: Sequence[BulkOptions], first_round: int) -> BulkOptions:
    """Return the fastest candidate: try all on `first_round` documents, then the best of them on all documents."""
    small = trial._replace(documents=trial.documents[:first_round])
    # A second time in reverse order: a machine that slows down meanwhile must not favour the first candidates.
    speeds = [(_documents_per_s(small, options), options) for options in (*candidates, *reversed(candidates))]
    ranking = list(dict.fromkeys(options for _, options in sorted(speeds, reverse=True)))
    return max(ranking[:FINALISTS], key=lambda options: _documents_per_s(trial, options))


def _documents_per_s(trial: Trial, options: BulkOptions) -> float:
    """Return the speed until every request is answered."""
    timing = time_raw(trial.admin, trial.target, trial.documents, options)
    speed = len(trial.documents) / timing.accepted_s
    trial.progress(f"trial of raw _bulk, {options}, {len(trial.documents):,} documents: {speed:,.0f}/s")
    return speed
