"""What an Elasticsearch node and a Kafka broker have in common: start, wait, stop, kill, start again."""

from abc import ABC, abstractmethod
from pathlib import Path

from stack.errors import CommandError
from stack.network.address import Address
from stack.network.probes import is_open
from stack.processes.child import Child

SERVER_START_TIMEOUT_S = 120


class Server(ABC):
    """One server on a loopback port. Its data stay in its directory when it stops."""

    name: str
    setting: str  # the environment variable that holds its address

    def __init__(self, address: Address, directory: Path) -> None:
        self.refuse_unless_loopback(address)
        self.address = address
        self.directory = directory.resolve()
        self.log = self.directory.parent / "logs" / f"{self.directory.name}.log"
        self._child: Child | None = None

    @classmethod
    def refuse_unless_loopback(cls, address: Address) -> None:
        """Raise CommandError unless the address is loopback: the servers run without passwords."""
        if not address.is_loopback:
            raise CommandError(
                f"{cls.name} does not answer at {address}, and this command starts it only on loopback: "
                f"start it there, or set {cls.setting} to an address on 127.0.0.1."
            )

    @abstractmethod
    def prepare(self) -> None:
        """Write the configuration files, before each start."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command line of the process."""

    @abstractmethod
    def answers(self) -> bool:
        """Return whether the server is ready for requests."""

    def start(self) -> None:
        """Launch the process and wait until the server is ready."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start the process and return at once; raise CommandError when its port is in use."""
        if is_open(self.address):
            raise CommandError(
                f"Port {self.address.port} for {self.name} is in use by another program: "
                f"stop that program, or set {self.setting} to a free port."
            )
        self.directory.mkdir(parents=True, exist_ok=True)
        self.prepare()
        self._child = Child(self.name, self.command(), self.log)

    def wait_until_ready(self) -> None:
        """Return when the launched server is ready; raise CommandError when it ends or takes too long."""
        if self._child:
            self._child.wait_until(self.answers, SERVER_START_TIMEOUT_S)
            self._child.check()  # another program may have taken the port meanwhile, and be the one that answers

    def check(self) -> None:
        """Raise CommandError when the process has ended by itself."""
        if self._child:
            self._child.check()

    def is_running(self) -> bool:
        """Return whether the process is running."""
        return self._child is not None and self._child.is_alive()

    def stop(self) -> None:
        """Shut the server down."""
        if self._child:
            self._child.stop()
        self._child = None

    def kill(self) -> None:
        """Kill the process, as a crash would. `start` starts it again, on the same port, with the same data."""
        if self._child:
            self._child.kill()
        self._child = None
