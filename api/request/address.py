"""The filter `ip`: an address, a network, or any other text. Pure."""

import ipaddress

NO_NETWORK = "there is no such network: 0 to 32 may follow the slash of an IPv4 address, 0 to 128 of an IPv6 address"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def check_network(text: str) -> str:
    """Return the text; raise ValueError where it is an address with a length that no network has."""
    address, slash, _ = text.strip().rpartition("/")
    if slash and _is_address(address) and not _is_network(text.strip()):
        raise ValueError(NO_NETWORK)
    return text


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


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
