"""Probes: short requests that tell whether a server answers. A server that stays silent counts as absent."""

import socket
import ssl
import struct
from pathlib import Path

from service.elasticsearch_version import ServerNotSupportedError, check_version
from stack.errors import CommandError
from stack.network.address import Address, parse_address
from stack.network.connection import Connection

PROBE_TIMEOUT_S = 2
# Kafka's ApiVersions request, version 0: size, API key 18, version 0, correlation id 1, null client id
API_VERSIONS_REQUEST = struct.pack(">ihhih", 10, 18, 0, 1, -1)


def is_open(address: Address) -> bool:
    """Return whether anything accepts TCP connections at the address."""
    try:
        socket.create_connection(address, timeout=PROBE_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def elasticsearch_answers(url: str, ca_certs: Path | None = None) -> bool:
    """Return whether Elasticsearch answers at the URL; other web servers lack the header that it sends."""
    try:
        with Connection(parse_address(url, 9200), PROBE_TIMEOUT_S, _tls(url, ca_certs)) as connection:
            response = connection.request("GET", "/_cluster/health?timeout=1s")
    except OSError:
        return False
    # A running server answers 401 or 403 when it requires a login. One that is not ready answers 408 or 503.
    return response.headers.get("x-elastic-product") == "Elasticsearch" and response.status in {200, 401, 403}


def refuse_unsupported(url: str, ca_certs: Path | None = None) -> None:
    """Raise CommandError where another search server, or an old version, answers at the URL."""
    try:
        with Connection(parse_address(url, 9200), PROBE_TIMEOUT_S, _tls(url, ca_certs)) as connection:
            response = connection.request("GET", "/")
        if response.status == 200 and b'"version"' in response.body:
            check_version(response.body)
    except OSError:
        return
    except ServerNotSupportedError as error:
        raise CommandError(f"{url}: {error}") from None


def kafka_answers(address: Address) -> bool:
    """Return whether a Kafka broker answers at the address, without TLS."""
    try:
        with socket.create_connection(address, timeout=PROBE_TIMEOUT_S) as connection:
            connection.sendall(API_VERSIONS_REQUEST)
            return connection.recv(8)[4:8] == struct.pack(">i", 1)
    except OSError:
        return False


def _tls(url: str, ca_certs: Path | None) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=ca_certs) if url.startswith("https:") else None
