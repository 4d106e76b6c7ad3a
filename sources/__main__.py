"""`python -m sources follow`: reads the log table of a gateway and writes its rows to the topic as events."""

import signal
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from threading import Event

import structlog
from kafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from indexer.kafka_python.record_writer import RecordWriter
from service.logs import configure
from service.settings import load
from sources.database import LogTable, WrongDatabaseError, name_of, open_database, url_of
from sources.follow import Follower, NotWritableError, Schedule
from sources.position import PositionFile, WrongPositionError
from sources.settings import SourceSettings
from sources.tables.registry import TABLES

_log = structlog.get_logger()

NOTHING = 0  # the id before the first row
BOOTSTRAP_MS = 5_000  # a signal is not handled while a producer looks for its first broker


def main() -> None:
    """Follow the table of the arguments until told to stop."""
    arguments = _parse()
    settings = load(SourceSettings)
    configure()
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        _follow(arguments, settings, stopping)
    except (WrongDatabaseError, WrongPositionError, NotWritableError) as error:
        sys.exit(str(error))
    except SQLAlchemyError as error:
        sys.exit(f"the database does not answer: {type(error).__name__}; run it again")
    except KafkaError as error:
        sys.exit(f"Kafka at {settings.kafka_bootstrap_servers} does not answer: {type(error).__name__}; run it again")


def _parse() -> Namespace:
    parser = ArgumentParser(prog="python -m sources", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    follow = commands.add_parser("follow", help="read a table of logs and write its rows to the topic")
    follow.add_argument("--shape", choices=TABLES, required=True, help="whose table it is")
    follow.add_argument("--dsn", default="", help="of the database; SOURCE_DSN does not show it in `ps`")
    follow.add_argument("--position", type=Path, default=Path("sources-position.json"), help="file of the position")
    follow.add_argument("--from-id", type=int, default=None, help="begin after this id, whatever the file says")
    follow.add_argument("--once", action="store_true", help="end when all rows of now are written")
    return parser.parse_args()


def _follow(arguments: Namespace, settings: SourceSettings, stopping: Event) -> None:
    url = url_of(arguments.dsn or (settings.source_dsn.get_secret_value() if settings.source_dsn else ""))
    name = name_of(url, arguments.shape)
    position = PositionFile(arguments.position, name)
    start = position.read() if arguments.from_id is None else arguments.from_id
    shape = TABLES[arguments.shape]
    _log.info("following a table", table=name, topic=settings.kafka_topic, after_id=start or NOTHING)
    writer = RecordWriter({**settings.kafka_options(), "bootstrap_timeout_ms": BOOTSTRAP_MS})
    follower = Follower(LogTable(open_database(url), shape), shape, settings.kafka_topic, writer, position)
    schedule = Schedule(settings.source_poll_seconds, settings.source_lag_seconds)
    try:
        follower.run(start or NOTHING, schedule, stopping, once=arguments.once)
    finally:
        writer.close()


if __name__ == "__main__":
    main()
