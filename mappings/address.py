"""The address of the client in what gateways write as `ip`: a list of `X-Forwarded-For`, a port, brackets, a zone."""

import re
from functools import lru_cache
from ipaddress import ip_address

MAX_WRITTEN = 1_000  # characters that are looked at
_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]+)\](?::\d+)?|(?P<v4>[0-9.]+):\d+")


@lru_cache(maxsize=4096)
def address_within(written: str) -> str | None:
    """Return the first address in a text, without port and zone; None where it is one itself or has none."""
    if _is_address(written):
        return None
    parts = (part.strip() for part in written[:MAX_WRITTEN].split(","))
    return next((found for part in parts if (found := _bare(part)) and _is_address(found)), None)


def _bare(part: str) -> str:
    match = _WITH_PORT.fullmatch(part)
    return (match["v6"] or match["v4"] if match else part).partition("%")[0]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone: valid for Python, not for Elasticsearch
