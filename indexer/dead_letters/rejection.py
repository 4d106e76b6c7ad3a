"""A record that cannot become a document, and who takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from kafka.consumer.fetcher import ConsumerRecord

from indexer.offsets import Span

# Who rejects. Each has a count of its own: thousands of records are polled ahead of those that Elasticsearch answers,
# so rejections of one must not be compared with what passed the other.
Stage = Literal["by the indexer", "by Elasticsearch"]


@dataclass(slots=True, eq=False)
class Rejection:
    """A record that cannot become a document, and the reason in words."""

    record: ConsumerRecord
    span: Span
    reason: str
    acknowledged: bool = False


class RejectedRecords(Protocol):
    """Where rejected records go. Called from any thread; does not block."""

    def reject(self, stage: Stage, rejections: Sequence[Rejection], of_records: int) -> None:
        """Take the rejections, perhaps none, among so many records; the taker ends each of them in the ledger."""
