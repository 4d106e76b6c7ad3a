"""The newest errors, read part by part: as many of those asked for as fit in the memory for them."""

import asyncio
from collections.abc import Iterator, Sequence

from api.error_groups.groups import GROUP_FIELDS, Failed, read_failed
from api.store.answers import Hit
from api.store.client import Store
from api.store.documents import PART_BYTES, Source, parts, read_part, size_of

ERROR_BYTES = 2_000  # for each error that is asked for; an average one has less
ERROR_SOURCE: Source = {"includes": ["id", "request_id", "created_at", "content", *GROUP_FIELDS]}
READ_BYTES = 300_000_000  # of documents: Elasticsearch reads them whole, with their bodies


def memory_of(hits: Sequence[Hit]) -> int:
    """Return how many bytes a sample takes: the errors, and a part as it was read and decoded."""
    read = sum(size_of(hit, ERROR_SOURCE) for hit in hits)
    return min(read, len(hits) * ERROR_BYTES) + 2 * min(read, PART_BYTES)


async def read_errors(store: Store, hits: Sequence[Hit], preference: str) -> list[Failed]:
    """Return the first errors of these hits, as many as fit, at least one; raise `ApiError` as `read_part` does."""
    errors: list[Failed] = []
    room = len(hits) * ERROR_BYTES
    for part in parts(list(_readable(hits))):
        read = await read_part(store, part, ERROR_SOURCE, preference=preference)
        # In a thread, so that other requests are answered meanwhile.
        for error in await asyncio.to_thread(read_failed, read):
            room -= error.characters
            if room < 0 and errors:
                return errors
            errors.append(error)
    return errors


def _readable(hits: Sequence[Hit]) -> Iterator[Hit]:
    read = 0
    for hit in hits:
        read += size_of(hit)
        if read > READ_BYTES:
            return
        yield hit
