"""The indexer and a full topic: how long until every log of it is found."""

import time
from typing import NamedTuple

from bench.programs import Job, running_indexer, wait_for_assignment
from bench.servers import Servers
from bench.store import Store
from bench.usage import cpu_seconds, peak_bytes


class IndexerTiming(NamedTuple):
    """One run."""

    start_s: float  # from the start of the process to the assignment of its partitions
    searchable_s: float  # from the assignment to the last log found
    cpu_s: float  # used in that second stretch
    start_cpu_s: float  # used in the first
    peak_bytes: float


def run_indexer(servers: Servers, job: Job, events: int) -> IndexerTiming:
    """Index the whole topic into fresh indices and time it; the indexer makes the indices, as ever."""
    store = Store(servers.elasticsearch_url)
    store.drop(job.place.alias)
    store.settle()
    launched = time.monotonic()
    with running_indexer(servers, job) as indexer:
        wait_for_assignment(indexer)
        assigned, start_cpu_s = time.monotonic(), cpu_seconds(indexer.pid)
        store.wait_until_searchable(job.place.alias, events, indexer.check)
        searchable_s = time.monotonic() - assigned
        cpu_s = cpu_seconds(indexer.pid) - start_cpu_s
        return IndexerTiming(assigned - launched, searchable_s, cpu_s, start_cpu_s, peak_bytes(indexer.pid))
