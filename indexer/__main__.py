"""`python -m indexer`: joins the consumer group and indexes; `redrive` and `replay` are the ways back."""

import gc
import signal
import sys
from argparse import ArgumentParser, Namespace
from threading import Event

import structlog
from kafka.errors import KafkaError

from indexer.commands.redrive import Choice, redrive
from indexer.commands.replay import NoTopicError, Stretch, replay
from indexer.consumer.loop import Consumption
from indexer.dead_letters.breaker import Breaker
from indexer.dead_letters.writer import DeadLetters
from indexer.delivery.batching import Ends, Intake, Limits, Reading
from indexer.delivery.bulk import Bulk, connect
from indexer.delivery.indices import Indices
from indexer.delivery.maintenance import Upkeep, watch_loop
from indexer.delivery.queue import Outbox
from indexer.delivery.sender import Desk, Sender
from indexer.event.document import Place
from indexer.health import serve
from indexer.metrics import Ledger
from indexer.offsets import Offsets
from indexer.settings import IndexerSettings
from mappings.instant import parse_rfc3339
from service.logs import configure
from service.settings import load

log = structlog.get_logger()


def main() -> None:
    """Do what the arguments name, with the settings of the environment, until done or told to stop."""
    arguments = _parse()
    settings = load(IndexerSettings)
    configure()
    # Tens of thousands of records live for a second each and hold no cycles: the collector would walk them for nothing.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        sys.exit(_execute(arguments, settings, stopping))
    except NoTopicError as error:
        sys.exit(str(error))
    except KafkaError as error:  # of the two commands; the indexer itself waits
        sys.exit(f"Kafka at {settings.kafka_bootstrap_servers} does not answer: {type(error).__name__}; run it again")


def _parse() -> Namespace:
    parser = ArgumentParser(prog="python -m indexer", description=__doc__)
    commands = parser.add_subparsers(dest="command", title="instead of indexing")
    back = commands.add_parser("redrive", help="write dead letters to the topic they came from")
    back.add_argument("--reason", default="", metavar="TEXT", help="only those with this text in their reason")
    back.add_argument("--dry-run", action="store_true", help="count them by reason, write nothing")
    again = commands.add_parser("replay", help="read a stretch of the topic again, beside the consumer group")
    again.add_argument("--from", type=_moment, required=True, metavar="TIME", dest="from_ms", help="by record time")
    again.add_argument("--to", type=_moment, metavar="TIME", dest="to_ms", help="up to this time; else to the end")
    arguments = parser.parse_args()
    if arguments.command == "replay" and arguments.to_ms is not None and arguments.to_ms < arguments.from_ms:
        again.error("--to is before --from")
    return arguments


def _moment(text: str) -> int:
    """Read epoch milliseconds or RFC 3339."""
    return int(text) if text.isdecimal() else parse_rfc3339(text)


def _execute(arguments: Namespace, settings: IndexerSettings, stopping: Event) -> int:
    if arguments.command == "redrive":
        return redrive(settings, Choice(arguments.reason, arguments.dry_run), stopping)
    if arguments.command == "replay":
        return replay(settings, connect(settings), Stretch(arguments.from_ms, arguments.to_ms), stopping)
    return run(settings, stopping)


def run(settings: IndexerSettings, stopping: Event) -> int:
    """Run one member of the consumer group; return the exit code."""
    client = connect(settings)
    offsets, ledger, outbox = Offsets(), Ledger(), Outbox(settings.indexer_bulk_bytes)
    breaker = Breaker(settings.indexer_dead_letter_ratio)
    signal.signal(signal.SIGUSR1, lambda *_: breaker.overrule())
    dead_letters = DeadLetters(settings.kafka_dead_letter_topic, settings.kafka_options(), offsets, ledger, breaker)
    indices = Indices(client, settings.index_alias, settings.index_period, settings.retention_days)
    upkeep = Upkeep(indices, stopping)
    bulk = Bulk(client, settings.indexer_bulk_timeout_seconds)
    desk = Desk(outbox, bulk, indices, dead_letters, offsets, ledger, breaker)
    limits = Limits(settings.indexer_bulk_bytes, settings.indexer_linger_ms / 1000)
    reading = Reading(settings.retention_days, settings.redaction())
    intake = Intake(Place(settings.index_alias, settings.index_period), reading, limits, outbox)
    consumption = Consumption(settings, intake, Ends(dead_letters, offsets, ledger, breaker), stopping)

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


def _farewell(upkeep: Upkeep) -> int:
    if upkeep.refused:
        log.critical("cannot go on", reason=upkeep.refused)
        return 1
    log.info("stopped")
    return 0


if __name__ == "__main__":
    main()
