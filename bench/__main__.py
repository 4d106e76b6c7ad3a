"""Measure the figures of docs/benchmarks.md: Markdown on stdout, progress on stderr.

Without a command: ingest, search, overload and console. Elasticsearch and Kafka are started on free ports, with a
temporary directory, unless BENCH_ELASTICSEARCH_URL and BENCH_KAFKA_BOOTSTRAP_SERVERS are set.
"""

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

from bench.console.run import ConsolePlan, console
from bench.data.bulk import BulkOptions
from bench.ingest.run import IngestPlan, ingest
from bench.machine import machine
from bench.mapping.run import MappingPlan, mapping
from bench.overload.run import OverloadPlan, overload
from bench.periods import PeriodsPlan, periods
from bench.search.compare import Repetitions
from bench.search.run import SearchPlan, search
from bench.servers import MeasuredServers, measured_servers
from bench.settings import BenchSettings
from service import logs
from service.settings import load
from stack.corpora import CORPORA, EVENT_RATIO
from stack.errors import CommandError
from stack.progress import Progress

DEFAULT_HEAP, QUICK_HEAP = "4g", "1g"
QUICK_CANDIDATES = (BulkOptions(2_000_000, 1), BulkOptions(2_000_000, 2))
PLANS: Mapping[str, tuple[Any, Any]] = {  # normal and quick
    "ingest": (IngestPlan(), IngestPlan(events=2_000, rounds=1, trial_documents=1_000, candidates=QUICK_CANDIDATES)),
    "search": (SearchPlan(), SearchPlan(events=12_000, rounds=3, warm_ups=1, live=True)),
    "overload": (OverloadPlan(), OverloadPlan(events=500, rounds=1, loads=(1, 3))),
    "console": (ConsolePlan(), ConsolePlan(events=2_000, rounds=2, warm_ups=1)),
    "mapping": (MappingPlan(), MappingPlan(events=2_000, rounds=1, searches=3)),
    "periods": (PeriodsPlan(), PeriodsPlan(events=2_000, rounds=1, days=3, searches=Repetitions(1, 3))),
}
BENCHMARKS: Mapping[str, Callable[[MeasuredServers, Any, Progress], str]] = {
    "ingest": ingest,
    "search": search,
    "overload": overload,
    "console": console,
    "mapping": mapping,
    "periods": periods,
}


def main() -> None:
    """Run the benchmarks that the arguments name."""
    arguments = _parse()
    logs.configure(logging.WARNING)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # kafka-python logs each failed attempt to connect
    signal.signal(signal.SIGTERM, _interrupt)
    reports: list[str] = []
    try:
        with measured_servers(load(BenchSettings), _heap(arguments), _print) as servers:
            reports.extend(_reports(servers, arguments))
    except CommandError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("bench: interrupted, some figures are missing")
    finally:  # print the reports that are complete, whatever has failed after them
        print("\n\n".join(reports))


def _parse() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "--quick", action="store_true", help="tiny sizes, to test that it runs; the figures are useless"
    )
    common.add_argument("--heap", metavar="SIZE", help=f"heap of Elasticsearch, default {DEFAULT_HEAP}")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, parents=[common])
    parser.set_defaults(command="all", quick=False, heap=None)
    commands = parser.add_subparsers(title="run one benchmark only")
    for name, (plan, _) in PLANS.items():
        command = commands.add_parser(name, parents=[common], argument_default=argparse.SUPPRESS)
        command.set_defaults(command=name)
        command.add_argument("--events", type=_positive, metavar="N", help=f"default {plan.events:,}; realistic: less")
        command.add_argument("--rounds", type=_positive, metavar="N", help=f"default {plan.rounds}")
        if "days" in plan._fields:
            command.add_argument("--days", type=_days, metavar="N", help=f"range of `created_at`, default {plan.days}")
        if "corpus" in plan._fields:
            command.add_argument("--corpus", choices=CORPORA, help=f"default {plan.corpus}")
        if "live" in plan._fields:
            command.add_argument("--live", action="store_true", help="repeat it while documents are being written")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _days(text: str) -> float:
    number = float(text)
    if not 1 <= number < 30:
        raise argparse.ArgumentTypeError("must be 1 or more, and less than 30, the indexer's default retention")
    return number


def _heap(arguments: argparse.Namespace) -> str:
    return arguments.heap or (QUICK_HEAP if arguments.quick else DEFAULT_HEAP)


def _reports(servers: MeasuredServers, arguments: argparse.Namespace) -> Iterator[str]:
    """Run the benchmarks; yield each report as soon as it is complete."""
    yield machine(servers)
    names = ["ingest", "search", "overload", "console"] if arguments.command == "all" else [arguments.command]
    for name in names:
        yield BENCHMARKS[name](servers, _plan(name, arguments), _print)


def _plan(name: str, arguments: argparse.Namespace) -> Any:
    """Return the plan of a benchmark with the values that the arguments set."""
    normal, quick = PLANS[name]
    plan = quick if arguments.quick else normal
    given = {field: value for field, value in vars(arguments).items() if field in plan._fields}
    if given.get("corpus") == "realistic":
        plan = plan._replace(events=max(plan.events // EVENT_RATIO, 100))
    return plan._replace(**given)


def _print(line: str) -> None:
    """Print a line of progress at once; stdout is for the report."""
    print(line, file=sys.stderr, flush=True)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
