"""The index template: installed at start, and again where it is missing; a newer one is left as it is."""

import time
from collections.abc import Iterable
from typing import Any

import structlog
from elasticsearch import Elasticsearch, NotFoundError

from indexer.event.layout_2 import LAST_OF_LAYOUT_2
from mappings.index import BODY, VERSION, fingerprint, template
from mappings.version_2.index import template_2

_log = structlog.get_logger()

ROLL_OUT_MS = 3_600_000  # so long releases that know layout 2 alone may still run beside this one
LAYOUT_2_UNTIL = "layout_2_until_ms"


class TemplateRefusedError(Exception):
    """The template or the mapping in Elasticsearch does not fit this program: an operator has to decide."""


class IndexTemplate:
    """The template of the indices of one alias.

    Threads: any. Blocks: for each request. Raises: ApiError and TransportError, and TemplateRefusedError where the
    template of that name belongs to another program.
    """

    def __init__(self, client: Elasticsearch, alias: str) -> None:
        self._client = client
        self._alias = alias
        self.notice = ""

    def install(self) -> None:
        """Install it; raise TemplateRefusedError where the mapping would break what is there."""
        self._refuse_incompatible()
        self.ensure()

    def ensure(self) -> int:
        """Install it where it is missing or older; return the version that is in the name of new indices.

        A newer one stays: newer indexers run beside this one, or ran before it. For an hour after it has replaced that
        of a release which knows layout 2 alone, new indices have that layout: such a release may still write to them.
        """
        found = self._found()
        version, meta = int(found.get("version", 0)), found.get("_meta", {})
        now_ms = int(time.time() * 1000)
        is_roll_out = 0 < version <= LAST_OF_LAYOUT_2 < VERSION
        until_ms = now_ms + ROLL_OUT_MS if is_roll_out else int(meta.get(LAYOUT_2_UNTIL, 0))
        if version < VERSION or (version == VERSION and meta.get("fingerprint") != fingerprint()):
            self._put(until_ms)
        newer = f"the index template is of a newer indexer: version {version}, and {VERSION} is that of this one"
        self.notice = newer if version > VERSION else ""
        return LAST_OF_LAYOUT_2 if until_ms > now_ms else max(version, VERSION)

    def _put(self, until_ms: int) -> None:
        # Several indexers that start at once install the same body: the last one changes nothing.
        if until_ms:  # first: an index of layout 2 must never be created with the new mapping
            self._client.indices.put_index_template(name=f"{self._alias}-v2", body=template_2(self._alias))
        body = template(self._alias)
        body["_meta"] |= {LAYOUT_2_UNTIL: until_ms}
        self._client.indices.put_index_template(name=self._alias, body=body)
        _log.info("index template installed", name=self._alias, version=VERSION, fingerprint=fingerprint())

    def _found(self) -> dict[str, Any]:
        try:
            found = self._client.indices.get_index_template(name=self._alias).body
        except NotFoundError:
            return {}
        body: dict[str, Any] = found["index_templates"][0]["index_template"]
        if body.get("_meta", {}).get("owner") != "gateway-logs":
            raise TemplateRefusedError(
                f"the index template {self._alias} was not created by this program: rename or delete it,"
                " or set another INDEX_ALIAS"
            )
        return body

    def _refuse_incompatible(self) -> None:
        """Compare field types with the newest index: an alias over two types of one field breaks every search."""
        mappings = self._client.options(ignore_status=404).indices.get_mapping(index=self._alias).body
        ours = dict(_types(BODY["mappings"]["properties"]))
        for index in sorted(mappings, reverse=True)[:1] if "error" not in mappings else []:
            theirs = dict(_types(mappings[index]["mappings"].get("properties", {})))
            for field in ours.keys() & theirs.keys():
                if ours[field] != theirs[field]:
                    raise TemplateRefusedError(
                        f"the field {field} is {theirs[field]} in the index {index} and {ours[field]} in this"
                        " program's mapping: reindex the old indices, or set another INDEX_ALIAS"
                    )


def _types(properties: dict[str, Any], path: str = "") -> Iterable[tuple[str, str]]:
    for name, field in properties.items():
        yield f"{path}{name}", field.get("type", "object")
        yield from _types(field.get("properties", {}), f"{path}{name}.")
