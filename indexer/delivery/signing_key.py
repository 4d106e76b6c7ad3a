"""The key that `redrive` signs positions with, and the indexer checks them with. Elasticsearch keeps it.

It is in the `_meta` of a component template that no index uses. Elasticsearch creates that once: of several programs
that start at the same time all use the key of the first. Who writes to Kafka alone cannot read it.
"""

from secrets import token_hex

import structlog
from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

_log = structlog.get_logger()

KEY_BYTES = 32


def signing_key(client: Elasticsearch, alias: str) -> bytes:
    """Return the key of the indices behind this alias; create it where there is none.

    Raises ApiError and TransportError; ApiError also where the template was made by another program.
    """
    name = f"{alias}-signing-key"
    try:
        return _read(client, name)
    except NotFoundError:
        return _create(client, name)


def _read(client: Elasticsearch, name: str) -> bytes:
    found = client.cluster.get_component_template(name=name).body
    return bytes.fromhex(found["component_templates"][0]["component_template"]["_meta"]["key"])


def _create(client: Elasticsearch, name: str) -> bytes:
    meta = {"owner": "gateway-logs", "key": token_hex(KEY_BYTES)}
    try:
        client.cluster.put_component_template(name=name, create=True, template={}, meta=meta)
        _log.info("key for the headers of redriven records created", component_template=name)
    except BadRequestError:
        pass  # another program was first, or else reading it says why not
    return _read(client, name)
