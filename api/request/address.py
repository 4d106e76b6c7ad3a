"""The filter `ip`: an address, a network, or any other text. Pure."""

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def address_term(text: str) -> tuple[str, str]:
    """Return the field and the value to compare: an address or a network by value, any other text as written."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return "ip.written", text
    if "%" in text:  # a zone: valid for Python, not for Elasticsearch
        return "ip.written", text
    return "ip", str(_unmapped(network)) if "/" in text else str(network.network_address)


def _unmapped(network: Network) -> Network:
    """Return a network of IPv4-mapped IPv6 addresses, which Elasticsearch refuses, as an IPv4 network."""
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
    return network if mapped is None else ipaddress.IPv4Network((mapped, network.prefixlen - 96))
