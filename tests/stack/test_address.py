"""Addresses of servers."""

import pytest

from stack.network.address import Address, free_port, parse_address
from stack.network.probes import is_open


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:9201/", Address("127.0.0.1", 9201)),
        ("https://es.example.com", Address("es.example.com", 9200)),
        ("localhost:9300", Address("localhost", 9300)),
        ("[::1]:9300", Address("::1", 9300)),
    ],
)
def test_urls_and_host_port_pairs_are_parsed(text: str, expected: Address) -> None:
    assert parse_address(text, 9200) == expected
    assert expected.is_loopback == ("example" not in text)


def test_a_free_port_is_free() -> None:
    assert not is_open(Address("127.0.0.1", free_port()))
