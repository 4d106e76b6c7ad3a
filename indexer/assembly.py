"""The parts of the ingest pipeline, assembled once, for the indexer and for replay.

Records → `Intake` → `SendQueue` → `Sender` → `Bulk` → Elasticsearch; what is not a log → `RejectedRecords`. Where a
record ends, the `Ledger` counts it and finishes its offset; where it has to wait, the ledger gives it back to Kafka.
"""

from dataclasses import dataclass

from elasticsearch import Elasticsearch

from indexer.dead_letters.rejection import RejectedRecords
from indexer.delivery.bulk import Bulk
from indexer.delivery.indices import Indices
from indexer.delivery.intake import Intake
from indexer.delivery.pace import Pace
from indexer.delivery.queue import SendQueue
from indexer.delivery.sender import Delivery, Sender
from indexer.event.document import IndexTarget
from indexer.event.origin import Origins
from indexer.event.reader import EventReader
from indexer.ledger import Ends
from indexer.settings import IndexerSettings


@dataclass(slots=True, frozen=True)
class Pipeline:
    """From polled records to acknowledged documents."""

    intake: Intake
    queue: SendQueue
    indices: Indices
    origins: Origins
    senders: tuple[Sender, ...]

    def start(self) -> None:
        """Start the senders."""
        for sender in self.senders:
            sender.start()

    def stop(self) -> None:
        """Let the senders end; what they have not sent is not committed."""
        self.queue.close()


def assemble(settings: IndexerSettings, client: Elasticsearch, ends: Ends, rejected: RejectedRecords) -> Pipeline:
    """Return a pipeline that is not started."""
    target = IndexTarget(settings.index_alias, settings.index_period)
    pace = Pace(settings.indexer_bulk_bytes, settings.indexer_senders)
    queue = SendQueue(pace, settings.indexer_linger_ms / 1000)
    origins = Origins()
    reader = EventReader(target, settings.retention_days, settings.redaction(), origins, settings.shape())
    indices = Indices(client, target, settings.retention_days, settings.indexer_max_indices)
    bulk = Bulk(client, settings.indexer_bulk_timeout_seconds, ends.ledger.metrics)
    delivery = Delivery(queue, pace, bulk, indices, ends.causes, rejected, ends.ledger)
    return Pipeline(
        intake=Intake(reader, queue, ends.causes, rejected, ends.ledger),
        queue=queue,
        indices=indices,
        origins=origins,
        senders=tuple(Sender(number, delivery) for number in range(settings.indexer_senders)),
    )
