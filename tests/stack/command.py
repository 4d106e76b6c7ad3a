"""`python -m stack` as a child process."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.network.address import Address, free_port
from stack.processes.child import Child

FIRST_START_TIMEOUT_S = 600  # the first start on a machine downloads and compiles


class Command:
    """`python -m stack` on free ports, with all its files in one directory."""

    def __init__(self, directory: Path, *arguments: str, **environment: str) -> None:
        self.elasticsearch = Address("127.0.0.1", free_port())
        self.kafka = Address("127.0.0.1", free_port())
        self.api = Address("127.0.0.1", free_port())
        self._directory = directory
        settings = {
            "ELASTICSEARCH_URL": f"http://{self.elasticsearch}",
            "KAFKA_BOOTSTRAP_SERVERS": str(self.kafka),
            "STACK_DIR": str(directory / "stack"),
            "STACK_ES_HEAP": "512m",
            "API_PORT": str(self.api.port),
            "INDEXER_METRICS_PORT": str(free_port()),
            **environment,
        }
        command = [sys.executable, "-m", "stack", *arguments]
        self.process = Child("stack", command, directory / "output.txt", settings)

    def output(self) -> str:
        """Return what it has printed so far."""
        return self.process.log.read_text()

    def lines(self) -> list[str]:
        """Return the lines that it has printed so far."""
        return self.output().splitlines()

    def wait_until_ready(self) -> None:
        """Wait for the line that starts with `ready`."""
        self.process.wait_until(lambda: any(line.startswith("ready") for line in self.lines()), FIRST_START_TIMEOUT_S)

    def servers(self, kind: str = "") -> list[int]:
        """Return the ids of the processes, of any parent, whose command line has its directory and this word."""
        lines = [line for line in processes("pid=,args=") if f"{self._directory}/stack/" in line]
        return [int(line.split()[0]) for line in lines if kind in line]

    def children(self) -> dict[str, int]:
        """Return the ids of its child processes by the last word of their command lines."""
        lines = [line.split() for line in processes("ppid=,pid=,args=")]
        return {words[-1]: int(words[1]) for words in lines if int(words[0]) == self.process.pid}


def processes(columns: str) -> list[str]:
    """Return a line for each process of this machine, with these columns of `ps`."""
    listing = subprocess.run(["ps", "-ww", "-eo", columns], capture_output=True, text=True, check=True)
    return listing.stdout.splitlines()


def have_ended(pids: Iterable[int]) -> bool:
    """Return whether none of these processes is running."""
    return not {int(line) for line in processes("pid=")} & set(pids)


@contextmanager
def command(directory: Path, *arguments: str, **environment: str) -> Iterator[Command]:
    """Start a command, and stop it at the end."""
    started = Command(directory, *arguments, **environment)
    with started.process:
        yield started


def refusal(directory: Path, **environment: str) -> str:
    """Run a command that must fail at once with one sentence; return the sentence."""
    with command(directory, **environment) as refused:
        assert refused.process.wait(60) == 1
    [sentence] = [line for line in refused.lines() if line.startswith("stack: ")]
    assert "Traceback" not in refused.output()
    assert refused.servers() == []
    return sentence
