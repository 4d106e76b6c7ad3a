"""The write alias of a period: it is created together with its index, and names one index to write to for ever.

Several programs, also of different versions, may want to create it at the same time. Elasticsearch takes an index and
its aliases in one step, and refuses a second write index behind an alias: one of them wins, the others find its index.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError

from mappings.index import mapping_version

_log = structlog.get_logger()

Behind = Mapping[str, Mapping[str, Any]]  # index → properties of the alias on it
WRITE_INDEX = "is_write_index"


class WriteAliases:
    """The write aliases of one alias that is read.

    Threads: any. Blocks: for each request. Raises: ApiError and TransportError.
    """

    def __init__(self, client: Elasticsearch) -> None:
        self._client = client

    def behind(self, target: str) -> Behind:
        """Return the indices behind a write alias; none where it does not exist."""
        try:
            found = self._client.indices.get_alias(name=target).body
        except NotFoundError:
            return {}
        return {index: aliases["aliases"][target] for index, aliases in found.items()}

    def point(self, target: str, index: str) -> None:
        """Point a write alias to an existing index; ApiError where it has another write index already."""
        self._client.indices.update_aliases(actions=[{"add": {"index": index, "alias": target, WRITE_INDEX: True}}])

    def create(self, target: str, index: str) -> bool:
        """Create an index with its write alias; return whether a search over it would succeed on return.

        ApiError where the alias has another write index already. Where the index exists, it gets the alias.
        """
        try:
            answer = self._client.indices.create(index=index, aliases={target: {WRITE_INDEX: True}})
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            self.point(target, index)  # a program stopped half-way, or somebody removed the alias
            return False
        _log.info("index created", index=index)
        return bool(answer["shards_acknowledged"])

    def write_index(self, target: str, found: Behind) -> str | None:
        """Return the index that a write alias writes to; where several share it without one, choose that and set it.

        None where there is none because somebody has disabled it.
        """
        marked = [index for index, properties in found.items() if properties.get(WRITE_INDEX)]
        if marked:
            return marked[0]
        possible = sorted(
            (index for index, properties in found.items() if WRITE_INDEX not in properties),
            key=lambda index: (mapping_version(index) or 0, index),
        )
        if not possible:
            return None
        index = possible[0] if len(possible) == 1 else self._fullest(possible)
        return self._mark(target, index, is_repair=len(possible) > 1)

    def _fullest(self, indices: list[str]) -> str:
        """Return the index with most documents, the first of equal ones.

        Nothing can be written through the alias meanwhile, so all programs choose the same one.
        """
        self._client.indices.refresh(index=indices)
        stats = self._client.indices.stats(index=indices, metric="docs").body["indices"]
        return max(indices, key=lambda index: int(stats[index]["primaries"]["docs"]["count"]))

    def _mark(self, target: str, index: str, *, is_repair: bool) -> str:
        """Make an index the write index; return the one that it is then."""
        try:
            self.point(target, index)
        except ApiError:
            marked = [other for other, properties in self.behind(target).items() if properties.get(WRITE_INDEX)]
            if not marked:
                raise
            return marked[0]
        if is_repair:
            _log.warning("a write alias had several indices and no write index: repaired", alias=target, index=index)
        return index
