"""Which servers are supported, read from the answer to `GET /`."""

from collections.abc import Mapping
from typing import Any

import msgspec

SUPPORTED = "Elasticsearch 8.13 and later 8.x, and Elasticsearch 9"
OLDEST, NEXT = (8, 13), (10, 0)
# Older servers and OpenSearch refuse the types that the client asks for, with a version in them.
ROOT_HEADERS: Mapping[str, str] = {"accept": "*/*"}


class ServerNotSupportedError(Exception):
    """The server is not one of those that this program can use; nothing was written to it."""


def check_version(answer: Any) -> None:
    """Raise ServerNotSupportedError unless the answer to `GET /`, bytes or decoded, is of a supported server."""
    version = _version(answer)
    number, distribution = str(version.get("number", "")), version.get("distribution", "elasticsearch")
    if distribution != "elasticsearch":
        raise ServerNotSupportedError(f"the server is {distribution} {number}: supported are {SUPPORTED}")
    if not OLDEST <= _ordered(number) < NEXT:
        raise ServerNotSupportedError(f"the server is Elasticsearch {number or 'unknown'}: supported are {SUPPORTED}")


def _version(answer: Any) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(answer) if isinstance(answer, bytes | str) else answer
        version = found["version"]
    except (ValueError, KeyError, TypeError):
        raise ServerNotSupportedError(f"the server does not say what it is: supported are {SUPPORTED}") from None
    return version if isinstance(version, dict) else {}


def _ordered(number: str) -> tuple[int, int]:
    major, _, rest = number.partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (0, 0)
