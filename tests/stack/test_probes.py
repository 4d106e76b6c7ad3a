"""Probes of servers that do not answer."""

import gc
import socket
from collections.abc import Iterator

import pytest

from stack.network import probes
from stack.network.address import Address
from stack.network.probes import elasticsearch_answers, kafka_answers


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """A server that accepts connections and never answers."""
    monkeypatch.setattr(probes, "PROBE_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Address(*listener.getsockname())


def test_a_probe_of_a_silent_server_closes_its_socket(silent_server: Address) -> None:
    assert not elasticsearch_answers(f"http://{silent_server}")
    assert not kafka_answers(silent_server)
    gc.collect()  # a socket that is still open raises ResourceWarning here, and warnings are errors
