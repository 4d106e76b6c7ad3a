"""Indices of a benchmark: create them empty before a run, count documents during it, delete them afterwards."""

import time
from collections.abc import Callable, Iterable

from elasticsearch import Elasticsearch, OrjsonSerializer

from indexer.delivery.indices import Indices
from indexer.event.document import IndexTarget
from mappings.progress import progress_index
from stack.errors import CommandError

COUNT_INTERVAL_S = 0.1  # more than ten counts a second would load the server that is measured
STALL_TIMEOUT_S = 60
WITHOUT_MERGES_S = 1.0  # no merge for so long means that merging has ended
KEEP_FOR_EVER = 0  # retention in days: nothing expires during a benchmark
MAX_INDICES = 400  # each period of a benchmark has its own


class ElasticsearchAdmin:
    """Administers the indices of one Elasticsearch node."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = Elasticsearch(url, request_timeout=120, serializer=OrjsonSerializer())

    def version(self) -> str:
        """Return the version of Elasticsearch."""
        return str(self._client.info()["version"]["number"])

    def recreate_indices(self, target: IndexTarget, aliases: Iterable[str]) -> None:
        """Delete the indices of `target` and create an empty one for each write alias, as the indexer does."""
        self.delete_indices(target.alias)
        indices = Indices(self._client, target, KEEP_FOR_EVER, MAX_INDICES)
        indices.install_template()
        if missing := indices.prepare(aliases):
            raise CommandError(next(iter(missing.values())))
        self.wait_for_merges(target.alias)

    def delete_indices(self, alias: str) -> None:
        """Delete the indices of an alias and wait until they are gone."""
        for name in self._names(alias):
            self._client.indices.delete(index=name)
        while self._names(alias):
            time.sleep(COUNT_INTERVAL_S)

    def delete_indices_and_template(self, alias: str) -> None:
        """Delete the indices and the index template of an alias."""
        self.delete_indices(alias)
        for name in (alias, progress_index(alias)):
            self._client.options(ignore_status=404).indices.delete_index_template(name=name)

    def count(self, alias: str) -> int:
        """Return how many documents a search finds, without a refresh; 0 while the index is being created."""
        answer = self._client.options(ignore_status=(404, 503)).count(index=alias, filter_path="count")
        return int(answer.get("count", 0))

    def wait_until_searchable(self, alias: str, wanted: int, check: Callable[[], object]) -> None:
        """Return when a search finds `wanted` documents; raise CommandError when the count stops growing.

        `check` is called between two counts. It should raise when the writer of the documents has ended.
        """
        highest, since = -1, time.monotonic()
        while (found := self.count(alias)) < wanted:
            check()
            if found > highest:
                highest, since = found, time.monotonic()
            if time.monotonic() - since > STALL_TIMEOUT_S:
                raise CommandError(f"{found:,} of {wanted:,} logs are searchable, no more for {STALL_TIMEOUT_S} s.")
            time.sleep(COUNT_INTERVAL_S)

    def wait_for_merges(self, alias: str) -> None:
        """Return when no segments of an alias have been merged for WITHOUT_MERGES_S.

        The indices of others count for nothing: on a server in use their merges need not end.
        """
        last_merge = time.monotonic()
        while time.monotonic() - last_merge < WITHOUT_MERGES_S:
            if self._merges(alias):
                last_merge = time.monotonic()
            time.sleep(COUNT_INTERVAL_S)

    def refresh(self, alias: str) -> None:
        """Make all documents of an alias searchable."""
        self._client.indices.refresh(index=alias)

    def _names(self, alias: str) -> list[str]:
        return list(
            self._client.indices.get(index=f"{alias}-*", expand_wildcards="all", filter_path="*.settings.index.uuid")
        )

    def _merges(self, alias: str) -> int:
        stats = self._client.indices.stats(index=f"{alias}-*", metric="merge", expand_wildcards="all")
        return int(stats["_all"]["total"].get("merges", {}).get("current", 0))
