"""Elasticsearch and Kafka on this machine, in the foreground. `run` starts the whole product, `feed` writes events."""

from service.early_exit import exit_on_signals

exit_on_signals()  # before the libraries are loaded

import argparse
import signal
import sys
from types import FrameType

from service.settings import load
from stack.corpora import CORPORA
from stack.errors import CommandError
from stack.feed import FeedOptions, feed
from stack.run import run
from stack.serve import serve
from stack.settings import StackSettings

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> None:
    """Run the command that the arguments name."""
    arguments = _parse()
    _handle_stop_signals()
    try:
        _execute(arguments, load(StackSettings))
    except (CommandError, OSError) as error:  # such as a full disk; its message is clear without a traceback
        sys.exit(f"stack: {error}")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", title="other commands")
    commands.add_parser("run", help="run servers, indexer, API and a feed until Ctrl-C")
    feeding = commands.add_parser("feed", help="write generated events to the Kafka topic")
    feeding.add_argument(
        "--events", type=int, required=True, metavar="N", help="number of events; 0 with --rate: without end"
    )
    feeding.add_argument(
        "--rate",
        type=float,
        metavar="R",
        help="events a second, with the current time; default: events of the past days",
    )
    feeding.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the generator, default 1")
    feeding.add_argument(
        "--corpus", choices=CORPORA, default="realistic", help="bodies as providers send them, or small ones"
    )
    arguments = parser.parse_args()
    if arguments.command == "feed" and (arguments.events < 0 or (arguments.rate is not None and arguments.rate <= 0)):
        parser.error("--events must not be negative, and --rate must be greater than 0")
    return arguments


def _execute(arguments: argparse.Namespace, settings: StackSettings) -> None:
    if arguments.command == "feed":
        feed(settings, FeedOptions(arguments.events, arguments.rate, arguments.seed, arguments.corpus), _print)
    elif arguments.command == "run":
        run(settings, _print)
    else:
        serve(settings, _print)


def _print(line: str) -> None:
    """Print a line at once, also when stdout is a file."""
    print(line, flush=True)


def _handle_stop_signals() -> None:
    for number in STOP_SIGNALS:
        # nohup ignores SIGHUP so that the command survives the terminal: leave it ignored
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _exit)


def _exit(_signal: int, _frame: FrameType | None) -> None:
    """Exit on the first signal and ignore later ones, so that they do not interrupt the shutdown."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


if __name__ == "__main__":
    main()
