"""A child process with a log file, for `stack`, `bench` and the tests."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from stack.errors import CommandError

STOP_TIMEOUT_S = 30
POLL_S = 0.1
LINE_LENGTH = 300  # characters of a log line that a message quotes
ERROR_LINE = re.compile(r"error|exception|caused by|fatal|refused|failed|cannot|could not", re.IGNORECASE)
STACK_TRACE_LINE = re.compile(r"^\s+at |^\s*\.\.\. \d+ more|^\s*$")
NO_VARIABLES: Mapping[str, str] = {}


def python_command(*module_and_arguments: str) -> list[str]:
    """Return the command line that runs a Python module in a child, with the Python of this process."""
    return [sys.executable, "-m", "stack.processes.exit_with_parent", *module_and_arguments]


class Child:
    """A running program whose output is appended to a log file.

    It runs in a session of its own: Ctrl-C at the terminal does not reach it, the parent stops its children in
    order. Its standard input is a pipe that closes when this process ends, even by SIGKILL. The programs that
    are started here end themselves then (exit_with_parent.py, java/launcher/ExitWithParent.java).
    """

    def __init__(self, name: str, command: list[str], log: Path, environment: Mapping[str, str] = NO_VARIABLES) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log_start = log.stat().st_size if log.exists() else 0  # earlier children wrote what is before
        self._read_up_to = self._log_start
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        """Return the child."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the child."""
        self.stop()

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Return whether the process is running."""
        return self._process.poll() is None

    def check(self) -> None:
        """Raise CommandError with the most relevant line of the log when the process has ended by itself."""
        code = self._process.poll()
        if code is None:
            return
        if code < 0:
            name = signal.Signals(-code).name
            raise CommandError(
                f"{self.name} was killed by {name} (the kernel sends SIGKILL when memory runs out): see {self.log}."
            )
        raise CommandError(f"{self.name} exited with code {code}: {self.most_relevant_line()} (log: {self.log})")

    def wait_until(self, is_ready: Callable[[], bool], timeout_s: float, poll_s: float = POLL_S) -> None:
        """Return when `is_ready` returns true; raise CommandError when the process ends or that takes too long."""
        deadline = time.monotonic() + timeout_s
        while not is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise CommandError(
                    f"{self.name} is not ready after {timeout_s:g} s: {self.most_relevant_line()} (log: {self.log})"
                )
            time.sleep(poll_s)

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait for the process to end and return its exit code, -N for signal N; raise subprocess.TimeoutExpired."""
        code = self._process.wait(timeout_s)
        if self._process.stdin:
            self._process.stdin.close()
        return code

    def terminate(self) -> None:
        """Send SIGTERM and return at once."""
        self._process.terminate()

    def stop(self) -> None:
        """Send SIGTERM and wait; kill the process if it is still running after STOP_TIMEOUT_S."""
        self.terminate()
        try:
            self.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Send SIGKILL, as a crash would end it, and wait."""
        self._process.kill()
        self.wait()

    def new_lines(self) -> list[str]:
        """Return the complete lines that it has logged since the last call."""
        whole, newline, _ = self._logged_since(self._read_up_to).rpartition(b"\n")
        self._read_up_to += len(whole) + len(newline)
        return whole.decode(errors="replace").splitlines()

    def has_logged(self, text: str) -> bool:
        """Return whether its log contains the text."""
        return text.encode() in self._logged_since(self._log_start)

    def most_relevant_line(self) -> str:
        """Return the last line of its log that reports an error, or else the last line."""
        lines = self._logged_since(self._log_start).decode(errors="replace").splitlines()
        lines = [line.strip() for line in lines if not STACK_TRACE_LINE.match(line)]
        errors = [line for line in lines if ERROR_LINE.search(line)]
        return (errors or lines or ["it logged nothing"])[-1][:LINE_LENGTH]

    def _logged_since(self, offset: int) -> bytes:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read()
