"""The parts of the ingest pipeline, assembled once, for the indexer and for replay.

Records → `Batcher` → `BatchQueue` → `Sender` → `Bulk` → Elasticsearch; what is not a log → `RejectedRecords`. Where a
record ends, the `Ledger` counts it and finishes its offset.
"""

from dataclasses import dataclass

from elasticsearch import Elasticsearch

from indexer.dead_letters.rejection import RejectedRecords
from indexer.delivery.batching import Batcher, BatchLimits
from indexer.delivery.bulk import Bulk
from indexer.delivery.indices import Indices
from indexer.delivery.queue import BatchQueue
from indexer.delivery.sender import Delivery, Sender
from indexer.event.document import IndexTarget
from indexer.event.reader import EventReader
from indexer.ledger import Ledger
from indexer.settings import IndexerSettings


@dataclass(slots=True, frozen=True)
class Pipeline:
    """From polled records to acknowledged documents."""

    batcher: Batcher
    queue: BatchQueue
    indices: Indices
    senders: tuple[Sender, ...]

    def start(self) -> None:
        """Start the senders."""
        for sender in self.senders:
            sender.start()

    def stop(self) -> None:
        """Let the senders end; what they have not sent is not committed."""
        self.queue.close()


def assemble(settings: IndexerSettings, client: Elasticsearch, ledger: Ledger, rejected: RejectedRecords) -> Pipeline:
    """Return a pipeline that is not started."""
    target = IndexTarget(settings.index_alias, settings.index_period)
    queue = BatchQueue(settings.indexer_bulk_bytes)
    indices = Indices(client, target, settings.retention_days)
    bulk = Bulk(client, settings.indexer_bulk_timeout_seconds, ledger.metrics)
    delivery = Delivery(queue, bulk, indices, rejected, ledger)
    return Pipeline(
        batcher=Batcher(
            EventReader(target, settings.retention_days, settings.redaction()),
            BatchLimits(settings.indexer_bulk_bytes, settings.indexer_linger_ms / 1000),
            queue,
            rejected,
            ledger,
        ),
        queue=queue,
        indices=indices,
        senders=tuple(Sender(number, delivery) for number in range(settings.indexer_senders)),
    )
