"""The project's own programs as children of one run: started in turn, watched, ended in reverse."""

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from stack.errors import StackError
from stack.servers.child import PYTHON_TETHER, Child
from stack.servers.server import Server

POLL_SECONDS = 0.3
START_SECONDS = 180  # 20,000 events take 10 s on a quiet machine, a minute on a busy one
PROGRESS_SECONDS = 5
PROBLEM = re.compile(r'"level": ?"(error|critical)"')


class Programs:
    """Children whose output goes to files; what they log as an error is shown too, with the child's name."""

    def __init__(self, logs: Path, progress: Callable[[str], None]) -> None:
        self._logs = logs.resolve()
        self._progress = progress
        self._children: list[Child] = []
        self._servers: Sequence[Server] = []

    def __enter__(self) -> Self:
        """Begin with nothing started."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the children, the last started first."""
        for child in reversed(self._children):
            if child.is_alive():
                self._progress(f"ending {child.name}")
            child.stop()

    def also_watch(self, servers: Sequence[Server]) -> None:
        """Have the end of one of these servers end the waiting too."""
        self._servers = servers

    def start(self, name: str, *module_and_arguments: str) -> None:
        """Start a Python module as a child."""
        log = self._logs / f"{name}.log"
        self._progress(f"starting {name} (log: {log})")
        self._children.append(Child(name, [*PYTHON_TETHER, *module_and_arguments], log))

    def wait(self, what: str, lack: Callable[[], str]) -> None:
        """Wait until nothing is lacking, that is, until `lack` gives ""; StackError when that takes too long."""
        started = reported = time.monotonic()
        while lacking := lack():
            self._watch()
            if time.monotonic() - started > START_SECONDS:
                raise StackError(f"waited {START_SECONDS} s for {what} ({lacking}): the logs are in {self._logs}.")
            if time.monotonic() - reported > PROGRESS_SECONDS:
                reported = time.monotonic()
                self._progress(f"waiting for {what} ({lacking})")
            time.sleep(POLL_SECONDS)

    def wait_for_ever(self) -> None:
        """Watch until a signal ends the program; StackError when a part ends by itself."""
        while True:
            self._watch()
            time.sleep(POLL_SECONDS)

    def _watch(self) -> None:
        for child in self._children:
            for line in child.new_lines():
                if PROBLEM.search(line):
                    self._progress(f"{child.name} | {line}")
            child.check()
        for server in self._servers:
            server.check()
