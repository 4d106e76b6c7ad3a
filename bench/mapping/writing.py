"""Raw bulk requests into a new index of a version: events a second, CPU time of Elasticsearch, bytes on disk."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from elasticsearch import Elasticsearch, OrjsonSerializer

from bench.data.bulk import BulkOptions, pack, send
from bench.mapping.sides import Side
from indexer.event.document import IndexTarget
from mappings.index import write_alias

OPTIONS = BulkOptions(4_000_000, 3)


class Written(NamedTuple):
    """One run."""

    events_per_s: float  # until all are searchable
    cpu_us: float  # of Elasticsearch, for each event
    disk_bytes: float  # for each event, merged into one segment


class Node:
    """The Elasticsearch that is measured."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = Elasticsearch(url, request_timeout=600, serializer=OrjsonSerializer())

    def recreate(self, side: Side, target: IndexTarget, created_ms: int) -> None:
        """Create an empty index of a version, in place of one of the same name."""
        alias = write_alias(target.alias, target.period, created_ms)
        self.delete(target)
        number = 2 if side.name == "version 2" else 3
        body = {**side.body, "aliases": {alias: {}, target.alias: {}}}
        self.client.indices.create(index=f"{alias}-v{number}", **body)

    def delete(self, target: IndexTarget) -> None:
        """Delete the indices of an alias."""
        for name in self.client.indices.get(index=f"{target.alias}-*", filter_path="*.settings.index.uuid"):
            self.client.indices.delete(index=name)

    def cpu_ms(self) -> float:
        """Return the CPU time of the process so far."""
        nodes = self.client.nodes.stats(metric="process")["nodes"].values()
        return float(sum(node["process"]["cpu"]["total_in_millis"] for node in nodes))


def write(node: Node, side: Side, target: IndexTarget, lines: Sequence[bytes], created_ms: int) -> Written:
    """Write all documents into a new index, and merge it."""
    node.recreate(side, target, created_ms)
    bodies = list(pack(lines, OPTIONS.bulk_bytes))
    cpu_ms, started = node.cpu_ms(), time.monotonic()
    send(node.url, bodies, OPTIONS.in_flight)
    node.client.indices.refresh(index=target.alias)
    taken, cpu_ms = time.monotonic() - started, node.cpu_ms() - cpu_ms
    node.client.indices.forcemerge(index=target.alias, max_num_segments=1)
    node.client.indices.flush(index=target.alias)
    size = node.client.indices.stats(index=target.alias, metric="store")["_all"]["total"]["store"]["size_in_bytes"]
    return Written(len(lines) / taken, cpu_ms * 1000 / len(lines), size / len(lines))
