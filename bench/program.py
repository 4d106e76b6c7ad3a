"""One of the project's programs as a child process, with an environment and a log file of its own."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.errors import BenchError
from stack.processes.child import python_command

START_S = 60
STOP_S = 30
LOOK_S = 0.01


class Program:
    """`python -m NAME` as long as the `with` lasts."""

    def __init__(self, name: str, log: Path, environment: Mapping[str, str]) -> None:
        self._name = name
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                python_command(name),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,  # Ctrl-C reaches it through us, in its turn
            )

    def __enter__(self) -> Self:
        """Let it run."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it in order, and kill it where that takes too long."""
        self._process.terminate()
        try:
            self._process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def has_logged(self, text: str) -> bool:
        """Whether a line of its log holds this text."""
        return text in self._log.read_text(errors="replace")

    def check(self) -> None:
        """Raise BenchError when it has ended by itself."""
        if self._process.poll() is not None:
            raise BenchError(f"the {self._name} ended: {self._last_line()}")

    def wait(self, is_ready: Callable[[], bool]) -> None:
        """Return when the condition holds, a hundredth of a second late at most."""
        deadline = time.monotonic() + START_S
        while not is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise BenchError(f"the {self._name} is not ready after {START_S} s: {self._last_line()}")
            time.sleep(LOOK_S)

    def _last_line(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:500] if lines else "it wrote nothing"
