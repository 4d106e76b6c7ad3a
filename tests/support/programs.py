"""The indexer and the API as processes."""

import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import httpx

from stack.network.address import free_port
from tests.support.repository import ROOT
from tests.support.waiting import PATIENCE_S, wait_until


class RunningApi(NamedTuple):
    """The API as a process."""

    url: str
    process: subprocess.Popen[str]
    client: httpx.Client

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Return the answer of one GET."""
        return self.client.get(path, **options)

    def search(self, **params: Any) -> Any:
        """Return `data` of a search over all logs that succeeds."""
        answer = self.get("/api/logs/search", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def ids(self, **params: Any) -> list[int]:
        """Return the ids that a search over all logs finds, smallest first."""
        return sorted(log["id"] for log in self.search(per_page=100, **params)["logs"])

    def highest_rss_mb(self) -> float:
        """Return the most memory it ever had, megabytes."""
        return highest_rss_mb(self.process)


class StartApi(Protocol):
    """Starts the API on an alias, with further settings."""

    def __call__(self, alias: str, **environment: str) -> RunningApi:
        """Return it when it answers."""


class RunningIndexer(NamedTuple):
    """One member of the consumer group, as a process."""

    process: subprocess.Popen[str]
    client: httpx.Client

    def metrics(self) -> dict[str, float]:
        """Return the sums of all metrics over their labels, by their names without the prefix, of one moment."""
        found: defaultdict[str, float] = defaultdict(float)
        for name, value in re.findall(r"(?m)^gateway_logs_(\w+)\S* (\S+)$", self.client.get("/metrics").text):
            found[name] += float(value)
        return found

    def metric(self, name: str) -> float:
        """Return the sum of one metric over its labels, by its name without the prefix."""
        return self.metrics()[name]

    def trouble(self) -> str:
        """Return what /readyz says: "ready", or why not."""
        message: str = self.client.get("/readyz").json()["message"]
        return message

    def is_ready(self) -> bool:
        """Tell whether it is a member of the group and has nothing that waits."""
        return self.trouble() == "ready"

    def highest_rss_mb(self) -> float:
        """Return the most memory it ever had, megabytes."""
        return highest_rss_mb(self.process)

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def stop(self) -> int:
        """End it as an operator does; return its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S + 10)


@contextmanager
def running_indexer(settings: dict[str, str], program: Sequence[str] = ("indexer",)) -> Iterator[RunningIndexer]:
    """Run `python -m indexer`, or another program in its place, with these settings, its health on a free port."""
    port = free_port()
    environment = {**os.environ, **settings, "INDEXER_METRICS_PORT": str(port)}
    command = [sys.executable, "-m", *program]
    with (
        tempfile.TemporaryFile("w+") as lines,
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=lines, text=True) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S, verify=False) as client,
    ):
        try:
            wait_until(lambda: is_answering(client))
            yield RunningIndexer(process, client)
        finally:
            process.kill()
            process.wait(PATIENCE_S)
            lines.seek(0)
            sys.stderr.write(lines.read())  # pytest shows it where the test failed


@contextmanager
def running_api(settings: dict[str, str]) -> Iterator[RunningApi]:
    """Run `python -m api` with these settings, on a free port where they name none."""
    port = settings.get("API_PORT") or str(free_port())
    environment = {**os.environ, **settings, "API_PORT": port}
    command = [sys.executable, "-m", "api"]
    url = f"http://127.0.0.1:{port}"
    with (
        tempfile.TemporaryFile("w+") as lines,
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=lines, text=True) as process,
        httpx.Client(base_url=url, timeout=PATIENCE_S, verify=False) as client,  # it speaks no TLS
    ):
        try:
            wait_until(lambda: is_answering(client))
            yield RunningApi(url, process, client)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
            lines.seek(0)
            sys.stderr.write(lines.read())  # pytest shows it where the test failed


def highest_rss_mb(process: subprocess.Popen[str]) -> float:
    """Return the most memory that a process ever had, megabytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def is_answering(client: httpx.Client) -> bool:
    """Tell whether the program answers."""
    try:
        return client.get("/healthz").status_code < 500
    except httpx.TransportError:
        return False
