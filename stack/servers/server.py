"""What a node and a broker have in common: started, waited for, stopped, killed, started again."""

import time
from abc import ABC, abstractmethod
from pathlib import Path

from stack.errors import StackError
from stack.servers.address import Address, is_open
from stack.servers.child import Child

START_SECONDS = 120
POLL_SECONDS = 0.1


class Server(ABC):
    """One server on one loopback port, with a directory of its own that outlives it."""

    name: str
    setting: str  # the environment variable that moves it to another port

    def __init__(self, address: Address, directory: Path) -> None:
        self.refuse_unless_loopback(address)
        self.address = address
        self.directory = directory.resolve()
        self.log = self.directory.parent / "logs" / f"{self.directory.name}.log"
        self._child: Child | None = None

    @classmethod
    def refuse_unless_loopback(cls, address: Address) -> None:
        """Raise StackError for an address that other machines reach: the servers ask for no password."""
        if not address.is_loopback:
            raise StackError(
                f"{cls.name} does not answer at {address}, and is started here only on loopback: "
                f"start it there, or set {cls.setting} to an address on 127.0.0.1."
            )

    @abstractmethod
    def prepare(self) -> None:
        """Write what the server reads at start."""

    @abstractmethod
    def command(self) -> list[str]:
        """Give the program and its arguments."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server takes requests."""

    def start(self) -> None:
        """Launch it and wait until it answers."""
        self.launch()
        self.wait_until_it_answers()

    def launch(self) -> None:
        """Start the process and return at once; StackError when its port is taken."""
        if is_open(self.address):
            raise StackError(
                f"Port {self.address.port}, meant for {self.name}, is in use by another program: "
                f"end that program, or set {self.setting} to a free port."
            )
        self.directory.mkdir(parents=True, exist_ok=True)
        self.prepare()
        self._child = Child(self.name, self.command(), self.log)

    def wait_until_it_answers(self) -> None:
        """Return as soon as the server takes requests; StackError when it ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            self.check()
            if time.monotonic() > deadline:
                raise StackError(f"{self.name} does not answer after {START_SECONDS} s: see {self.log}.")
            time.sleep(POLL_SECONDS)
        self.check()  # what answers may be another server that took the port meanwhile

    def check(self) -> None:
        """Raise StackError when the server has ended by itself."""
        if self._child:
            self._child.check()

    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._child is not None and self._child.is_alive()

    def stop(self) -> None:
        """End it in order; its data stay."""
        if self._child:
            self._child.stop()
        self._child = None

    def kill(self) -> None:
        """End it at once, as a crash would; `start` brings it back on the same port and data."""
        if self._child:
            self._child.kill()
        self._child = None
