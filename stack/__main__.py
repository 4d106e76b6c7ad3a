"""python -m stack: Elasticsearch and Kafka in the foreground; `feed` writes events; `run` starts it all."""

import argparse
import signal
import sys
from types import FrameType

from service.settings import load
from stack.errors import StackError
from stack.feed import Plan, feed
from stack.run import run
from stack.serve import serve
from stack.settings import Settings

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> None:
    """Run the command that the arguments name."""
    arguments = _parse()
    _end_in_order()
    try:
        _execute(arguments, load(Settings))
    except (StackError, OSError) as error:  # a full disk and a missing permission speak for themselves
        sys.exit(f"stack: {error}")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", title="instead of the servers alone")
    commands.add_parser("run", help="servers, indexer, API and a feed, until Ctrl-C")
    feeding = commands.add_parser("feed", help="write realistic events to the Kafka topic")
    feeding.add_argument("--events", type=int, required=True, metavar="N", help="how many; 0 with --rate: for ever")
    feeding.add_argument("--rate", type=float, metavar="R", help="events a second, stamped now; else the past days")
    feeding.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other events")
    arguments = parser.parse_args()
    if arguments.command == "feed" and (arguments.events < 0 or (arguments.rate is not None and arguments.rate <= 0)):
        parser.error("--events must not be negative, and --rate must be greater than 0")
    return arguments


def _execute(arguments: argparse.Namespace, settings: Settings) -> None:
    if arguments.command == "feed":
        feed(settings, Plan(arguments.events, arguments.rate, arguments.seed), _say)
    elif arguments.command == "run":
        run(settings, _say)
    else:
        serve(settings, _say)


def _say(line: str) -> None:
    """Tell the person at the terminal, at once."""
    print(line, flush=True)


def _end_in_order() -> None:
    for number in ENDING_SIGNALS:
        # nohup has SIGHUP ignored, and means it
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Turn the first SIGTERM or Ctrl-C into an orderly end, which later ones cannot cut short."""
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


if __name__ == "__main__":
    main()
