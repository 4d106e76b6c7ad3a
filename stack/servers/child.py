"""One child process with a log file: started so that it can never outlive its parent, ended in order."""

import re
import signal
import subprocess
import sys
from pathlib import Path

from stack.errors import StackError

TELLING = re.compile(r"error|exception|caused by|fatal|refused|failed|cannot|could not", re.IGNORECASE)
NOISE = re.compile(r"^\s+at |^\s*\.\.\. \d+ more|^\s*$")
PYTHON_TETHER = [sys.executable, "-m", "stack.servers.tether"]


class Child:
    """A program in a session of its own, so that Ctrl-C reaches it only through `stop`, in its turn.

    Its standard input is a pipe that ends with this process, however this process ends; the programs that are
    started here watch it (java/launcher/Tether.java, tether.py).
    """

    def __init__(self, name: str, command: list[str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log_starts_at = log.stat().st_size if log.exists() else 0
        self._read_up_to = self._log_starts_at
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def check(self) -> None:
        """Raise StackError when it has ended by itself, with the line of its log that says most."""
        code = self._process.poll()
        if code is None:
            return
        if code < 0:
            name = signal.Signals(-code).name
            raise StackError(
                f"{self.name} was ended from outside ({name}; the system sends SIGKILL when memory runs out): "
                f"its log is {self.log}."
            )
        raise StackError(f"{self.name} ended (exit code {code}): {self.telling_line()} (the whole story: {self.log})")

    def stop(self, timeout_seconds: float = 30) -> None:
        """Ask it to end (SIGTERM), and kill it when it has not after the time given."""
        self._process.terminate()
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        self._process.kill()
        self._reap()

    def new_lines(self) -> list[str]:
        """Give the whole lines that it has logged since the last call."""
        with self.log.open("rb") as log:
            log.seek(self._read_up_to)
            whole, newline, _ = log.read().rpartition(b"\n")
        self._read_up_to += len(whole) + len(newline)
        return whole.decode(errors="replace").splitlines()

    def telling_line(self) -> str:
        """Give the last line of its log that speaks of an error, else the last line at all."""
        with self.log.open("rb") as log:
            log.seek(self._log_starts_at)
            lines = log.read().decode(errors="replace").splitlines()
        lines = [line.strip() for line in lines if not NOISE.match(line)]
        telling = [line for line in lines if TELLING.search(line)]
        return (telling or lines or ["it wrote nothing"])[-1][:300]

    def _reap(self) -> None:
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
