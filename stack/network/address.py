"""Addresses of servers: parse them, find free ports."""

import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from service.loopback import is_loopback
from stack.errors import CommandError

# Ports that `free_port` has returned. A port stays free until its server listens, so without this set
# two servers could get the same port.
_returned_ports: set[int] = set()


class Address(NamedTuple):
    """A host and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return host:port, an IPv6 host in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect to it."""
        return is_loopback(self.host)


def parse_address(text: str, default_port: int) -> Address:
    """Return the address in a URL or in host:port; raise CommandError for any other text."""
    parts = urlsplit(text if "://" in text else f"//{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise CommandError(f"{text!r} is not a valid address: {error}.") from error
    if not host:
        raise CommandError(f"{text!r} is not a valid address: write host:port.")
    return Address(host, port or default_port)


def free_port() -> int:
    """Return a loopback port that is not in use and that this function has not returned before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _returned_ports:
            _returned_ports.add(port)
            return port
