"""Where a server listens: addresses taken apart, free ports, who answers there."""

import http.client
import ipaddress
import socket
import ssl
import struct
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from stack.errors import StackError

PROBE_SECONDS = 2
# Kafka's ApiVersions request, version 0: size, key 18, version 0, correlation id 1, no client id.
API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)


_given: set[int] = set()  # two servers that are given one port before either listens: one of them fails to start


class Address(NamedTuple):
    """A host and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as host:port, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_address(text: str, default_port: int) -> Address:
    """Take a URL or host:port apart; StackError where it is neither."""
    parts = urlsplit(text if "://" in text else f"//{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise StackError(f"{text} is no address: {error}.") from error
    if not host:
        raise StackError(f"{text!r} is no address: write host:port.")
    return Address(host, port or default_port)


def free_port() -> int:
    """Find a loopback port that nobody listens on just now, and that was not given before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


def is_open(address: Address) -> bool:
    """Whether anything accepts connections there."""
    try:
        socket.create_connection(address, timeout=PROBE_SECONDS).close()
    except OSError:
        return False
    return True


def elasticsearch_answers(url: str, ca_certs: Path | None = None) -> bool:
    """Whether Elasticsearch answers at the URL, and no other web server: a header names it."""
    try:
        with closing(_http_connection(url, ca_certs)) as connection:
            connection.request("GET", "/_cluster/health?timeout=1s")
            answer = connection.getresponse()
            answer.read()
    except (OSError, http.client.HTTPException):
        return False
    # 401 and 403 come from a running server that asks for a key; 503 and 408 from one that is not ready
    return answer.getheader("X-elastic-product") == "Elasticsearch" and answer.status in {200, 401, 403}


def kafka_answers(address: Address) -> bool:
    """Whether a Kafka broker answers there."""
    try:
        with socket.create_connection(address, timeout=PROBE_SECONDS) as connection:
            connection.settimeout(PROBE_SECONDS)
            connection.sendall(API_VERSIONS)
            return connection.recv(8)[4:8] == struct.pack(">i", 1)
    except OSError:
        return False


def _http_connection(url: str, ca_certs: Path | None) -> http.client.HTTPConnection:
    address = parse_address(url, 9200)
    if not url.startswith("https:"):
        return http.client.HTTPConnection(*address, timeout=PROBE_SECONDS)
    context = ssl.create_default_context(cafile=ca_certs)
    return http.client.HTTPSConnection(*address, timeout=PROBE_SECONDS, context=context)
