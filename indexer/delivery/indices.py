"""The indices: the template at start, each index before its first log, and its deletion after the retention."""

import time
from collections.abc import Iterable
from typing import Any

import structlog
from elasticsearch import (
    ApiError,
    AuthorizationException,
    BadRequestError,
    Elasticsearch,
    NotFoundError,
    UnsupportedProductError,
)

from indexer.delivery.signing_key import signing_key
from indexer.event.document import IndexTarget
from mappings.index import BODY, fingerprint, index_name, period_end_ms, template, write_alias
from mappings.index import VERSION as OUR_VERSION
from mappings.instant import DAY_MS
from service.elasticsearch_version import ROOT_HEADERS, check_version

_log = structlog.get_logger()

TIMEOUT_SECONDS = 30.0
RETENTION_DELAY_MS = 3_600_000  # a log that was accepted in the last moment must find its index


class TemplateRefusedError(Exception):
    """The template or the mapping in Elasticsearch does not fit this program: an operator has to decide."""


class Indices:
    """The indices behind one alias.

    Threads and processes: any number. Blocks: for each request. Raises: ApiError and TransportError, where not said
    otherwise.
    """

    def __init__(self, client: Elasticsearch, target: IndexTarget, retention_days: int) -> None:
        self._client = client.options(request_timeout=TIMEOUT_SECONDS)
        self._alias = target.alias
        self._period = target.period
        self._retention_ms = retention_days * DAY_MS
        self._known: set[str] = set()

    def check_server(self) -> None:
        """Raise ServerNotSupportedError where this is not a supported version of Elasticsearch."""
        try:
            check_version(self._client.perform_request("GET", "/", headers=ROOT_HEADERS).body)
        except UnsupportedProductError as error:
            check_version(error.body)  # another product, or a proxy that removes the header
        except AuthorizationException:
            return  # `GET /` needs a right that the indexer does not need

    def install_template(self) -> None:
        """Install the template; raise TemplateRefusedError where it would break or undo what is there."""
        found = self._template()
        self._refuse_newer(found)
        self._refuse_incompatible()
        self._put_template(found)

    def _put_template(self, found: dict[str, Any]) -> None:
        """Install it where there is none or an older one. A newer one stays: a newer indexer runs beside this one."""
        is_ours = found.get("_meta", {}).get("fingerprint") == fingerprint()
        if not is_ours and found.get("version", 0) <= OUR_VERSION:
            # Several indexers that start at once install the same body: the last one changes nothing.
            self._client.indices.put_index_template(name=self._alias, body=template(self._alias))
            _log.info("index template installed", name=self._alias, version=OUR_VERSION, fingerprint=fingerprint())

    def prepare(self, targets: Iterable[str]) -> dict[str, str]:
        """Create the indices of these write aliases; return aliases whose index could not be created, with the reason.

        Raises TransportError where Elasticsearch does not answer.
        """
        missing = [target for target in targets if target not in self._known]
        return {target: why for target in missing if (why := self._create(target))}

    def doubt(self, targets: Iterable[str]) -> None:
        """Check again before the next log: Elasticsearch says that one of these does not exist."""
        self._known.difference_update(targets)

    def prepare_now(self) -> str:
        """Create the index of this moment and of the next day; return why that failed, or "".

        So the index exists at midnight, and the alias of the API before the first log.
        """
        now_ms = int(time.time() * 1000)
        targets = [write_alias(self._alias, self._period, moment) for moment in (now_ms, now_ms + DAY_MS)]
        self.doubt(targets)
        return next(iter(self.prepare(targets).values()), "")

    def drop_expired(self) -> list[str]:
        """Delete the indices whose last possible log is past the retention; return their names."""
        if not self._retention_ms:
            return []
        oldest_ms = int(time.time() * 1000) - self._retention_ms - RETENTION_DELAY_MS
        names = self._client.indices.get_alias(index=f"{self._alias}-*", filter_path="*").body
        ends = {name: period_end_ms(self._alias, name) for name in names}
        expired = sorted(name for name, end in ends.items() if end is not None and end <= oldest_ms)
        for name in expired:
            self._client.options(ignore_status=404).indices.delete(index=name)
            _log.info("index deleted: past the retention", index=name)
        return expired

    def signing_key(self) -> bytes:
        """Return the key of the headers of redriven records."""
        return signing_key(self._client, self._alias)

    def _template(self) -> dict[str, Any]:
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

    def _refuse_newer(self, found: dict[str, Any]) -> None:
        if found.get("version", 0) > OUR_VERSION:
            raise TemplateRefusedError(
                f"the index template {self._alias} has version {found['version']}, this program has {OUR_VERSION}:"
                " a newer indexer has run here: start that version"
            )

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

    def _create(self, target: str) -> str:
        """Create the index behind a write alias where it does not exist; return why that failed, or ""."""
        try:
            if not self._client.indices.exists_alias(name=target):
                self._put_template(self._template())
                self._create_once(index_name(target), target)
        except (ApiError, TemplateRefusedError) as error:
            return f"the index {index_name(target)} cannot be created: {_short(error)}"
        self._known.add(target)
        return ""

    def _create_once(self, index: str, target: str) -> None:
        """Create an index, and add it to both aliases when its shard has started.

        Until then a search over an alias with that index would fail as a whole.
        """
        try:
            self._client.indices.create(index=index)
            _log.info("index created", index=index)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise  # otherwise another indexer was first, or stopped half-way
        names = (target, self._alias)
        self._client.indices.update_aliases(actions=[{"add": {"index": index, "alias": name}} for name in names])


def _short(error: ApiError | TemplateRefusedError) -> str:
    if isinstance(error, TemplateRefusedError):
        return str(error)
    # The reason that Elasticsearch gives: it names the limit that was reached, or the other template.
    body = error.body.get("error") if isinstance(error.body, dict) else None
    return f"{error.meta.status} {body.get('reason', error.error) if isinstance(body, dict) else error.error}"[:300]


def _types(properties: dict[str, Any], path: str = "") -> Iterable[tuple[str, str]]:
    for name, field in properties.items():
        yield f"{path}{name}", field.get("type", "object")
        yield from _types(field.get("properties", {}), f"{path}{name}.")
