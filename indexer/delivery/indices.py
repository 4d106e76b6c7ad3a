"""The indices: their template at start, each one before its first log, and their end after the retention."""

import time
from collections.abc import Iterable
from typing import Any

import structlog
from elastic_transport import TransportError
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError

from mappings.index import BODY, Period, fingerprint, index_name, period_end_ms, template, write_alias
from mappings.index import VERSION as OUR_VERSION
from mappings.instant import DAY_MS

log = structlog.get_logger()

TIMEOUT_SECONDS = 30.0
RETENTION_DELAY_MS = 3_600_000  # a log accepted in the last moment of its time must find its index


class TemplateRefusedError(Exception):
    """What is in Elasticsearch does not go with this program's mapping: a person has to decide."""


class Indices:
    """The indices behind one alias. Safe to use from several threads and several processes at once."""

    def __init__(self, client: Elasticsearch, alias: str, period: Period, retention_days: int) -> None:
        self._client = client.options(request_timeout=TIMEOUT_SECONDS)
        self._alias = alias
        self._period: Period = period
        self._retention_ms = retention_days * DAY_MS
        self._there: set[str] = set()

    def install_template(self) -> None:
        """Put our template in place; raise TemplateRefusedError where it would break or undo what is there."""
        found = self._template()
        self._refuse_newer(found)
        self._refuse_incompatible()
        self._put_template(found)

    def _put_template(self, found: dict[str, Any]) -> None:
        """Put ours in place of none or of an older one. A newer one stays: a member of tomorrow runs beside this."""
        is_ours = found.get("_meta", {}).get("fingerprint") == fingerprint()
        if not is_ours and found.get("version", 0) <= OUR_VERSION:
            # Many start at once and put the same body: the last one changes nothing.
            self._client.indices.put_index_template(name=self._alias, body=template(self._alias))
            log.info("index template installed", name=self._alias, version=OUR_VERSION, fingerprint=fingerprint())

    def prepare(self, targets: Iterable[str]) -> dict[str, str]:
        """Make the indices that these write aliases need; return the aliases that are not to be had, with why."""
        missing = [target for target in targets if target not in self._there]
        return {target: why for target in missing if (why := self._create(target))}

    def doubt(self, targets: Iterable[str]) -> None:
        """Look again before the next log: Elasticsearch says that one of these is not there."""
        self._there.difference_update(targets)

    def prepare_now(self) -> str:
        """See to the index of this moment and of the next day; return why one is not to be had, or "".

        So midnight finds its index, and the API its alias before the first log.
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
            log.info("index deleted: past the retention", index=name)
        return expired

    def _template(self) -> dict[str, Any]:
        try:
            found = self._client.indices.get_index_template(name=self._alias).body
        except NotFoundError:
            return {}
        body: dict[str, Any] = found["index_templates"][0]["index_template"]
        if body.get("_meta", {}).get("owner") != "gateway-logs":
            raise TemplateRefusedError(
                f"the index template {self._alias} was not made by this program: rename or delete it,"
                " or set another INDEX_ALIAS"
            )
        return body

    def _refuse_newer(self, found: dict[str, Any]) -> None:
        if found.get("version", 0) > OUR_VERSION:
            raise TemplateRefusedError(
                f"the index template {self._alias} has version {found['version']}, this program has {OUR_VERSION}:"
                " a newer indexer runs here; start that one"
            )

    def _refuse_incompatible(self) -> None:
        """Compare field types with the newest index: one alias over two types of a field breaks every search."""
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
        """Create the index behind a write alias if it is not there; return why it could not be, or ""."""
        try:
            if not self._client.indices.exists_alias(name=target):
                self._put_template(self._template())
                self._create_once(index_name(target), target)
        except TransportError as error:
            return f"Elasticsearch is away: {type(error).__name__}"
        except (ApiError, TemplateRefusedError) as error:
            return f"the index {index_name(target)} cannot be created: {_short(error)}"
        self._there.add(target)
        return ""

    def _create_once(self, index: str, target: str) -> None:
        """Create an index, and only when its shard is there let searches and writers see it, both at once.

        A search over an alias with a shard that is not yet started fails as a whole.
        """
        try:
            self._client.indices.create(index=index)
            log.info("index created", index=index)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise  # otherwise another member was first, or stopped half-way
        names = (target, self._alias)
        self._client.indices.update_aliases(actions=[{"add": {"index": index, "alias": name}} for name in names])


def _short(error: ApiError | TemplateRefusedError) -> str:
    if isinstance(error, TemplateRefusedError):
        return str(error)
    # Elasticsearch's own sentence where it gives one: it names the limit that is reached, or the other template.
    body = error.body.get("error") if isinstance(error.body, dict) else None
    return f"{error.meta.status} {body.get('reason', error.error) if isinstance(body, dict) else error.error}"[:300]


def _types(properties: dict[str, Any], path: str = "") -> Iterable[tuple[str, str]]:
    for name, field in properties.items():
        yield f"{path}{name}", field.get("type", "object")
        yield from _types(field.get("properties", {}), f"{path}{name}.")
