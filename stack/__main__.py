"""python -m stack: Elasticsearch and Kafka in the foreground; `feed` writes events; `run` starts everything."""

import signal
import sys
from types import FrameType

from pydantic import ValidationError

from stack.problem import StackError
from stack.serve import serve
from stack.settings import Settings


def say(line: str) -> None:
    """Tell the person at the terminal, at once."""
    print(line, flush=True)


def end(_signal: int, _frame: FrameType | None) -> None:
    """Turn the first SIGTERM or Ctrl-C into an orderly end, which later ones cannot cut short."""
    for signal_number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_IGN)
    raise SystemExit(0)


def main() -> None:
    """Run the command that the arguments name."""
    for signal_number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signal_number, end)
    try:
        serve(Settings(), say)
    except (StackError, ValidationError) as error:
        sys.exit(f"stack: {error}")


if __name__ == "__main__":
    main()
