"""python -m bench: the figures of the README, in Markdown on stdout; progress goes to stderr.

Without a command: ingest, search and overload. Servers are started for it on free ports, in a temporary directory,
unless BENCH_ELASTICSEARCH_URL and BENCH_KAFKA_BOOTSTRAP_SERVERS name some.
"""

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

from bench.errors import BenchError
from bench.ingest.raw import Plan
from bench.ingest.run import IngestPlan, ingest
from bench.machine import machine
from bench.overload.run import OverloadPlan, overload
from bench.search.compare import Effort
from bench.search.periods import PeriodsPlan, periods
from bench.search.run import SearchPlan, search
from bench.servers import Say, Servers, servers
from bench.settings import BenchSettings
from service import logs
from service.settings import load
from stack.errors import CommandError

HEAP, QUICK_HEAP = "4g", "1g"
QUICK_BULKS = (Plan(2_000_000, 1), Plan(2_000_000, 2))
PLANS: Mapping[str, tuple[Any, Any]] = {  # normal and quick
    "ingest": (IngestPlan(), IngestPlan(events=2_000, rounds=1, trial=1_000, bulks=QUICK_BULKS)),
    "search": (SearchPlan(), SearchPlan(events=12_000, rounds=3, warm_ups=1, live=True)),
    "overload": (OverloadPlan(), OverloadPlan(events=500, rounds=1, loads=(1, 3))),
    "periods": (PeriodsPlan(), PeriodsPlan(events=2_000, rounds=1, days=3, searches=Effort(1, 3))),
}
BENCHES: Mapping[str, Callable[[Servers, Any, Say], str]] = {
    "ingest": ingest,
    "search": search,
    "overload": overload,
    "periods": periods,
}


def main() -> None:
    """Run the command that the arguments name."""
    arguments = _parse()
    logs.configure(logging.WARNING)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it reports every attempt
    signal.signal(signal.SIGTERM, _end)
    reports: list[str] = []
    try:
        with servers(load(BenchSettings), _heap(arguments), _say) as measured:
            reports.extend(_reports(measured, arguments))
    except (CommandError, BenchError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("bench: ended before all figures were there")
    finally:  # what was measured is not lost with what comes after it
        print("\n\n".join(reports))


def _parse() -> argparse.Namespace:
    anywhere = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    anywhere.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, measures nothing")
    anywhere.add_argument("--heap", metavar="SIZE", help=f"of the Elasticsearch started here, default {HEAP}")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, parents=[anywhere])
    parser.set_defaults(command="all", quick=False, heap=None)
    commands = parser.add_subparsers(title="one of them alone")
    for name, (plan, _) in PLANS.items():
        command = commands.add_parser(name, parents=[anywhere], argument_default=argparse.SUPPRESS)
        command.set_defaults(command=name)
        command.add_argument("--events", type=_positive, metavar="N", help=f"default {plan.events:,}")
        command.add_argument("--rounds", type=_positive, metavar="N", help=f"default {plan.rounds}")
        if "days" in plan._fields:
            command.add_argument("--days", type=_days, metavar="N", help=f"`created_at` goes back, default {plan.days}")
        if "live" in plan._fields:
            command.add_argument("--live", action="store_true", help="once more while logs are being written")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _days(text: str) -> float:
    number = float(text)
    if not 1 <= number < 30:
        raise argparse.ArgumentTypeError("must be 1 or more, and less than the 30 that the indexer keeps logs for")
    return number


def _heap(arguments: argparse.Namespace) -> str:
    return arguments.heap or (QUICK_HEAP if arguments.quick else HEAP)


def _reports(measured: Servers, arguments: argparse.Namespace) -> Iterator[str]:
    """Give the parts of the page, each when it is measured."""
    yield machine(measured)
    names = ["ingest", "search", "overload"] if arguments.command == "all" else [arguments.command]
    for name in names:
        yield BENCHES[name](measured, _plan(name, arguments), _say)


def _plan(name: str, arguments: argparse.Namespace) -> Any:
    """Return the plan of a benchmark with what the arguments change in it."""
    normal, quick = PLANS[name]
    plan = quick if arguments.quick else normal
    return plan._replace(**{field: value for field, value in vars(arguments).items() if field in plan._fields})


def _say(line: str) -> None:
    """Tell the person at the terminal, at once."""
    print(line, file=sys.stderr, flush=True)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
