"""The key that the programs of one alias share: its place in Elasticsearch, and the keys derived from it. Pure.

It is in the `_meta` of a component template that no index uses. Elasticsearch creates that once: of several programs
that start at the same time all use the key of the first. A client of the API, or of Kafka alone, cannot read it.
"""

from collections.abc import Mapping
from hashlib import blake2b
from secrets import token_hex
from typing import Any

KEY_BYTES = 32


def template_name(alias: str) -> str:
    """Return the name of the component template with the key of the indices behind this alias."""
    return f"{alias}-signing-key"


def new_meta() -> dict[str, str]:
    """Return the `_meta` of a component template with a new key."""
    return {"owner": "gateway-logs", "key": token_hex(KEY_BYTES)}


def key_of(found: Mapping[str, Any]) -> bytes:
    """Return the key in the answer to a request for the component template."""
    return bytes.fromhex(found["component_templates"][0]["component_template"]["_meta"]["key"])


def derived(key: bytes, purpose: str) -> bytes:
    """Return a key of its own for one purpose: who knows it learns nothing of the others."""
    return blake2b(purpose.encode(), key=key, digest_size=KEY_BYTES).digest()
