"""The key that `redrive` signs positions with, and the indexer checks them with. Elasticsearch keeps it.

service/signing_key.py says where. Who writes to Kafka alone cannot read it.
"""

import structlog
from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from service.signing_key import key_of, new_meta, template_name

_log = structlog.get_logger()


def signing_key(client: Elasticsearch, alias: str) -> bytes:
    """Return the key of the indices behind this alias; create it where there is none.

    Raises ApiError and TransportError; ApiError also where the template was made by another program.
    """
    name = template_name(alias)
    try:
        return _read(client, name)
    except NotFoundError:
        return _create(client, name)


def _read(client: Elasticsearch, name: str) -> bytes:
    found = client.cluster.get_component_template(name=name)
    return key_of(found.body)


def _create(client: Elasticsearch, name: str) -> bytes:
    try:
        client.cluster.put_component_template(name=name, create=True, template={}, meta=new_meta())
        _log.info("key for the headers of redriven records created", component_template=name)
    except BadRequestError:
        pass  # another program was first, or else reading it says why not
    return _read(client, name)
