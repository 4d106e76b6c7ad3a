"""Elasticsearch as a benchmark handles it: fresh indices before a run, a count until all is found, none after."""

import time
from collections.abc import Callable, Iterable

from elasticsearch import Elasticsearch, OrjsonSerializer

from bench.errors import BenchError
from indexer.delivery.indices import Indices
from indexer.event.document import IndexTarget

POLL_S = 0.1  # at most ten counts a second: more would be load of its own
STALLED_S = 60
QUIET_S = 1.0  # without a merge, before one may call it settled
FOR_EVER = 0  # days: nothing that is measured expires


class Store:
    """One Elasticsearch node."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = Elasticsearch(url, request_timeout=120, serializer=OrjsonSerializer())

    def version(self) -> str:
        """Return the version of Elasticsearch."""
        return str(self._client.info()["version"]["number"])

    def renew(self, place: IndexTarget, targets: Iterable[str]) -> None:
        """Make the indices behind these write aliases, empty, exactly as the indexer makes them."""
        self.drop(place.alias)
        indices = Indices(self._client, place, FOR_EVER)
        indices.install_template()
        if missing := indices.prepare(targets):
            raise BenchError(next(iter(missing.values())))
        self.settle()

    def drop(self, alias: str) -> None:
        """Delete the indices of an alias and wait until they are gone."""
        for name in self._names(alias):
            self._client.indices.delete(index=name)
        while self._names(alias):
            time.sleep(POLL_S)

    def forget(self, alias: str) -> None:
        """Delete the indices and the template of an alias."""
        self.drop(alias)
        self._client.options(ignore_status=404).indices.delete_index_template(name=alias)

    def count(self, alias: str) -> int:
        """Return how many logs a search finds, without a refresh; 0 while an index is being made."""
        answer = self._client.options(ignore_status=(404, 503)).count(index=alias, filter_path="count")
        return int(answer.get("count", 0))

    def wait_until_searchable(self, alias: str, wanted: int, check: Callable[[], object]) -> None:
        """Return when so many logs are found; `check` raises when whoever writes them has ended."""
        best, since = -1, time.monotonic()
        while (found := self.count(alias)) < wanted:
            check()
            if found > best:
                best, since = found, time.monotonic()
            if time.monotonic() - since > STALLED_S:
                raise BenchError(f"{found:,} of {wanted:,} logs are searchable, no more for {STALLED_S} s")
            time.sleep(POLL_S)

    def settle(self) -> None:
        """Return when no segment has been merged for a moment."""
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < QUIET_S:
            if self._merges():
                quiet_since = time.monotonic()
            time.sleep(POLL_S)

    def refresh(self, alias: str) -> None:
        """Make everything that was written searchable."""
        self._client.indices.refresh(index=alias)

    def _names(self, alias: str) -> list[str]:
        return list(self._client.indices.get(index=f"{alias}-*", filter_path="*.settings.index.uuid"))

    def _merges(self) -> int:
        nodes = self._client.nodes.stats(metric="indices", index_metric="merge")["nodes"].values()
        return sum(node["indices"]["merges"]["current"] for node in nodes)
