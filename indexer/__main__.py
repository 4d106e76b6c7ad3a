"""`python -m indexer`: joins the consumer group, makes the index template, indexes. Ended by SIGTERM or Ctrl-C."""

import signal
import sys
from threading import Event

import structlog
from elasticsearch import Elasticsearch, OrjsonSerializer

from indexer.breaker import Breaker
from indexer.bulk import Bulk
from indexer.consume import Consumption
from indexer.deadletter import DeadLetters
from indexer.document import Place
from indexer.health import serve
from indexer.indices import Indices
from indexer.intake import Ends, Intake, Limits
from indexer.ledger import Ledger
from indexer.offsets import Offsets
from indexer.outbox import Outbox
from indexer.sender import Desk, Sender
from indexer.settings import IndexerSettings
from indexer.upkeep import Upkeep, watch_loop
from service.logs import configure
from service.settings import load

log = structlog.get_logger()


def main() -> None:
    """Read the settings, wire the parts, consume until told to stop."""
    settings = load(IndexerSettings)
    configure()
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    sys.exit(run(settings, stopping))


def run(settings: IndexerSettings, stopping: Event) -> int:
    """Run one member of the consumer group; return the exit code."""
    client = _client(settings)
    offsets, ledger, outbox = Offsets(), Ledger(), Outbox(settings.indexer_bulk_bytes)
    breaker = Breaker(settings.indexer_dead_letter_ratio)
    signal.signal(signal.SIGUSR1, lambda *_: breaker.overrule())
    dead_letters = DeadLetters(settings.kafka_dead_letter_topic, settings.kafka_options(), offsets, ledger, breaker)
    indices = Indices(client, settings.index_alias, settings.index_period, settings.retention_days)
    upkeep = Upkeep(indices, stopping)
    bulk = Bulk(client, settings.indexer_bulk_timeout_seconds)
    desk = Desk(outbox, bulk, indices, dead_letters, offsets, ledger, breaker)
    limits = Limits(settings.indexer_bulk_bytes, settings.indexer_linger_ms / 1000)
    intake = Intake(Place(settings.index_alias, settings.index_period), settings.retention_days, limits, outbox)
    consumption = Consumption(settings, intake, Ends(dead_letters, offsets, ledger), stopping)

    def troubles() -> list[str]:
        found = [consumption.trouble, upkeep.trouble, dead_letters.trouble, breaker.trouble, *outbox.reasons()]
        return [reason for reason in found if reason]

    server = serve(settings.indexer_metrics_host, settings.indexer_metrics_port, ledger.registry, troubles)
    for thread in (
        upkeep,
        dead_letters,
        *(Sender(number, desk) for number in range(settings.indexer_senders)),
    ):
        thread.start()
    watch_loop(lambda: consumption.last_tick)
    consumption.run()
    outbox.close()
    dead_letters.close()
    server.shutdown()
    return _farewell(upkeep)


def _client(settings: IndexerSettings) -> Elasticsearch:
    return Elasticsearch(
        **settings.client_options(),
        connections_per_node=settings.indexer_senders + 2,  # the senders, the upkeep, and one to spare
        serializer=OrjsonSerializer(),
    )


def _farewell(upkeep: Upkeep) -> int:
    if upkeep.refused:
        log.critical("cannot go on", reason=upkeep.refused)
        return 1
    log.info("stopped")
    return 0


if __name__ == "__main__":
    main()
