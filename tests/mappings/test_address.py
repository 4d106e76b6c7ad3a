"""The address that is found in what gateways write as `ip`; nothing where it is one already, or holds none."""

import pytest

from mappings.address import address_within


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("192.0.2.7, 198.51.100.1", "192.0.2.7"),
        ("192.0.2.7,198.51.100.1", "192.0.2.7"),
        ("unknown, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.8:5678", "192.0.2.8"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%eth0]:443", "fe80::1"),
        ("192.0.2.7", None),
        ("2001:db8::1", None),
        ("::ffff:192.0.2.7", None),
        ("", None),
        ("localhost:80", None),
        ("1.2.3", None),
        ("x" * 100_000, None),
        (",".join("x" * 2_000) + ", 192.0.2.7", None),  # beyond what is looked at
    ],
)
def test_the_address_within_a_text(written: str, address: str | None) -> None:
    assert address_within(written) == address
