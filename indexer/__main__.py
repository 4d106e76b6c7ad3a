"""`python -m indexer`: joins the consumer group and indexes. `redrive` and `replay` repair afterwards."""

from service.early_exit import exit_on_signals

exit_on_signals()  # before the libraries are loaded

import gc
import signal
import sys
from argparse import ArgumentParser, Namespace
from threading import Event

import structlog
from elastic_transport import TransportError
from elasticsearch import ApiError
from kafka.errors import KafkaError

from indexer import health, watchdog
from indexer.assembly import assemble
from indexer.causes import Causes
from indexer.commands.redrive import LetterSelection, redrive
from indexer.commands.replay import NoTopicError, TimeSpan, replay
from indexer.consumer.loop import ConsumerLoop
from indexer.consumer.parked import ParkedReader
from indexer.consumer.progress_report import ProgressReport
from indexer.dead_letters.alarm import Alarm
from indexer.dead_letters.writer import DeadLetterWriter
from indexer.delivery.bulk import connect
from indexer.delivery.maintenance import Maintenance
from indexer.ledger import Ends, Ledger
from indexer.settings import IndexerSettings
from mappings.instant import parse_rfc3339
from service.allocator import return_large_blocks
from service.logs import configure
from service.settings import load

_log = structlog.get_logger()


def main() -> None:
    """Run the command of the arguments with the settings of the environment, until done or told to stop."""
    arguments = _parse()
    settings = load(IndexerSettings)
    configure()
    # Tens of thousands of records live for a second each and have no cycles: the collector would scan them for nothing.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    return_large_blocks()
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # of earlier releases; it would end this one
    try:
        sys.exit(_execute(arguments, settings, stopping))
    except NoTopicError as error:
        sys.exit(str(error))
    except (ApiError, TransportError) as error:
        sys.exit(f"Elasticsearch does not answer: {type(error).__name__}; run it again")
    except KafkaError as error:  # of the two commands; the indexer itself waits
        sys.exit(f"Kafka at {settings.kafka_bootstrap_servers} does not answer: {type(error).__name__}; run it again")


def _parse() -> Namespace:
    parser = ArgumentParser(prog="python -m indexer", description=__doc__)
    commands = parser.add_subparsers(dest="command", title="instead of indexing")
    back = commands.add_parser("redrive", help="send dead letters back to the topic they came from")
    back.add_argument("--reason", default="", metavar="TEXT", help="only those with this text in their reason")
    back.add_argument("--from", type=_epoch_ms, default=0, metavar="TIME", dest="from_ms", help="original time")
    back.add_argument("--to", type=_epoch_ms, metavar="TIME", dest="to_ms", help="exclusive; without it to the end")
    back.add_argument("--dry-run", action="store_true", help="count them by reason, send nothing")
    again = commands.add_parser("replay", help="read a part of the topic again, beside the consumer group")
    again.add_argument("--from", type=_epoch_ms, required=True, metavar="TIME", dest="from_ms", help="record timestamp")
    again.add_argument("--to", type=_epoch_ms, metavar="TIME", dest="to_ms", help="exclusive; without it to the end")
    arguments = parser.parse_args()
    if arguments.command and arguments.to_ms is not None and arguments.to_ms < arguments.from_ms:
        commands.choices[arguments.command].error("--to is before --from")
    return arguments


def _epoch_ms(text: str) -> int:
    """Parse epoch milliseconds or RFC 3339."""
    return int(text) if text.isdecimal() else parse_rfc3339(text)


def _selection(arguments: Namespace) -> LetterSelection:
    return LetterSelection(arguments.reason, arguments.from_ms, arguments.to_ms, arguments.dry_run)


def _execute(arguments: Namespace, settings: IndexerSettings, stopping: Event) -> int:
    if arguments.command == "redrive":
        return redrive(settings, connect(settings), _selection(arguments), stopping)
    if arguments.command == "replay":
        return replay(settings, connect(settings), TimeSpan(arguments.from_ms, arguments.to_ms), stopping)
    return run(settings, stopping)


def run(settings: IndexerSettings, stopping: Event) -> int:
    """Run one member of the consumer group; return the exit code."""
    ends = Ends(Ledger(), Causes())
    alarm = Alarm(settings.indexer_dead_letter_ratio)
    dead_letters = DeadLetterWriter(settings.kafka_dead_letter_topic, settings.kafka_options(), ends, alarm)
    client = connect(settings)
    pipeline = assemble(settings, client, ends, dead_letters)
    maintenance = Maintenance(pipeline.indices, pipeline.origins, stopping)
    loop = ConsumerLoop(settings, pipeline.intake, pipeline.queue, ends.ledger, stopping)
    parked = ParkedReader(settings, pipeline.intake, ends, stopping)
    report = ProgressReport(client, settings.index_alias, loop.progress, stopping)

    def state() -> health.Condition:
        problems = [loop.problem, maintenance.problem, *parked.problems(), *pipeline.queue.reasons()]
        notices = [alarm.notice, parked.notice, pipeline.indices.notice]
        return health.Condition(list(filter(None, problems)), "; ".join(filter(None, notices)))

    address = (settings.indexer_metrics_host, settings.indexer_metrics_port)
    server = health.start_server(*address, ends.ledger.metrics.registry, state)
    for thread in (maintenance, dead_letters, parked, report):
        thread.start()
    pipeline.start()
    watchdog.start(lambda: loop.last_tick)
    loop.run()
    pipeline.stop()
    dead_letters.close()
    server.shutdown()
    return _exit_code(maintenance)


def _exit_code(maintenance: Maintenance) -> int:
    if maintenance.refused:
        _log.critical("cannot go on", reason=maintenance.refused)
        return 1
    _log.info("stopped")
    return 0


if __name__ == "__main__":
    main()
