"""The indexer on a filled topic: the time until a count finds every document."""

import time
from typing import NamedTuple

from bench.data.elasticsearch_admin import ElasticsearchAdmin
from bench.programs import IndexerJob, running_indexer, wait_for_assignment
from bench.servers import MeasuredServers
from bench.usage import cpu_seconds, peak_bytes


class IndexerTiming(NamedTuple):
    """One run."""

    start_s: float  # from the start of the process to the assignment of its partitions
    searchable_s: float  # from the assignment until a count finds every document
    cpu_s: float  # CPU time of searchable_s
    start_cpu_s: float  # CPU time of start_s
    peak_bytes: float


def time_indexer(servers: MeasuredServers, job: IndexerJob, events: int) -> IndexerTiming:
    """Index the whole topic and time it. The indices are deleted before; the indexer creates them."""
    admin = ElasticsearchAdmin(servers.elasticsearch_url)
    admin.delete_indices(job.target.alias)
    admin.wait_for_merges(job.target.alias)
    started = time.monotonic()
    with running_indexer(servers, job) as indexer:
        wait_for_assignment(indexer)
        assigned, start_cpu_s = time.monotonic(), cpu_seconds(indexer.pid)
        admin.wait_until_searchable(job.target.alias, events, indexer.check)
        searchable_s = time.monotonic() - assigned
        cpu_s = cpu_seconds(indexer.pid) - start_cpu_s
        return IndexerTiming(assigned - started, searchable_s, cpu_s, start_cpu_s, peak_bytes(indexer.pid))
