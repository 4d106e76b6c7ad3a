"""A record that cannot become a document, and who takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.origin import Origin
from indexer.offsets import Span

# Who rejects. Each has a count of its own: thousands of records are polled ahead of those that Elasticsearch answers,
# so rejections of one must not be compared with what passed the other.
Stage = Literal["by the indexer", "by Elasticsearch"]

# What rejected records wait for while the dead-letter topic cannot be written. Those of the indexer are found by
# reading their records again; for those of Elasticsearch every document of the range has to be sent again.
NOT_WRITTEN = "dead letters"
REFUSED = "refused documents"
CAUSES: Mapping[Stage, str] = {"by the indexer": NOT_WRITTEN, "by Elasticsearch": REFUSED}


@dataclass(slots=True, eq=False)
class Rejection:
    """A record that cannot become a document, and the reason in words."""

    record: ConsumerRecord
    origin: Origin
    span: Span
    reason: str
    cause: str = NOT_WRITTEN  # what it waits for where it cannot be written


class RejectedRecords(Protocol):
    """Where rejected records go. Called from any thread; does not block."""

    def reject(self, stage: Stage, rejections: Sequence[Rejection], of_records: int) -> None:
        """Take the rejections, perhaps none, among so many records; the taker ends each of them in the ledger."""
