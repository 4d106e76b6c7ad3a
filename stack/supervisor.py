"""The programs of `python -m stack run` as child processes: started in order, watched, stopped in reverse order."""

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from stack.errors import CommandError
from stack.processes.child import Child, python_command
from stack.progress import Progress
from stack.servers.server import Server

WATCH_INTERVAL_S = 0.3
WAIT_TIMEOUT_S = 180  # indexing the past events takes 10 s on an idle machine, a minute on a busy one
WAIT_REPORT_INTERVAL_S = 5
ERROR_LEVEL = re.compile(r'"level": ?"(error|critical)"')


class Supervisor:
    """Child processes that log to files. Lines of level error or critical are also reported as progress."""

    def __init__(self, logs: Path, progress: Progress) -> None:
        self._logs = logs.resolve()
        self._progress = progress
        self._children: list[Child] = []
        self._servers: Sequence[Server] = []

    def __enter__(self) -> Self:
        """Return the supervisor; nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the children, the last started first."""
        for child in reversed(self._children):
            if child.is_alive():
                self._progress(f"stopping {child.name}")
            child.stop()

    def watch_servers(self, servers: Sequence[Server]) -> None:
        """Also watch these servers, as if they were children."""
        self._servers = servers

    def start(self, name: str, *module_and_arguments: str) -> None:
        """Start a Python module as a child and return at once."""
        log = self._logs / f"{name}.log"
        self._progress(f"starting {name} (log: {log})")
        self._children.append(Child(name, python_command(*module_and_arguments), log))

    def wait_for(self, what: str, missing: Callable[[], str]) -> None:
        """Return when `missing` returns "", else it says what is missing.

        Raise CommandError when a child or server ends meanwhile, or after WAIT_TIMEOUT_S.
        """
        started = reported = time.monotonic()
        while reason := missing():
            self._check()
            if time.monotonic() - started > WAIT_TIMEOUT_S:
                raise CommandError(f"Waited {WAIT_TIMEOUT_S} s for {what} ({reason}): the logs are in {self._logs}.")
            if time.monotonic() - reported > WAIT_REPORT_INTERVAL_S:
                reported = time.monotonic()
                self._progress(f"waiting for {what} ({reason})")
            time.sleep(WATCH_INTERVAL_S)

    def watch(self) -> None:
        """Watch until a signal ends this process; raise CommandError when a child or server ends."""
        while True:
            self._check()
            time.sleep(WATCH_INTERVAL_S)

    def _check(self) -> None:
        for child in self._children:
            for line in child.new_lines():
                if ERROR_LEVEL.search(line):
                    self._progress(f"{child.name} | {line}")
            child.check()
        for server in self._servers:
            server.check()
