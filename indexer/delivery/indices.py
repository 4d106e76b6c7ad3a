"""The indices: each before its first log, within a budget, and its deletion after the retention."""

import re
import time
from collections.abc import Iterable, Mapping
from math import inf

import structlog
from elasticsearch import ApiError, AuthorizationException, Elasticsearch, NotFoundError, UnsupportedProductError

from indexer.delivery.index_budget import NEWEST_MS, budget_notice, index_period
from indexer.delivery.index_template import IndexTemplate, TemplateRefusedError
from indexer.delivery.signing_key import signing_key
from indexer.delivery.write_aliases import WRITE_INDEX, WriteAliases
from indexer.event.document import IndexTarget, layout_of
from mappings.index import index_name, mapping_version, period_end_ms, wider_periods, write_alias
from mappings.instant import DAY_MS
from service.elasticsearch_version import ROOT_HEADERS, check_version

_log = structlog.get_logger()

TIMEOUT_SECONDS = 30.0
RETENTION_DELAY_MS = 3_600_000  # a log that was accepted in the last moment must find its index
SURVEY_SECONDS = 60.0  # age at which what is known of the indices is out of date


class Indices:
    """The indices behind one alias.

    Threads and processes: any number. Blocks: for each request. Raises: ApiError and TransportError, where not said
    otherwise.
    """

    def __init__(self, client: Elasticsearch, target: IndexTarget, retention_days: int, max_indices: int) -> None:
        self._client = client.options(request_timeout=TIMEOUT_SECONDS)
        self._alias = target.alias
        self._period = target.period
        self._retention_ms = retention_days * DAY_MS
        self._max_indices = max_indices
        self._template = IndexTemplate(self._client, target.alias)
        self._aliases = WriteAliases(self._client)
        self._known: set[str] = set()
        self._existing: Mapping[str, frozenset[str]] = {}  # our indices → their aliases, as of the last survey
        self._surveyed_at = -SURVEY_SECONDS
        self._shards_notice = ""
        self.layouts = target.layouts

    @property
    def notice(self) -> str:
        """Return what an operator should look at although logs are indexed; "" for nothing."""
        budget = budget_notice(len(self._existing), self._max_indices)
        return "; ".join(filter(None, (self._template.notice, budget, self._shards_notice)))

    def check_server(self) -> None:
        """Raise ServerNotSupportedError where this is not a supported version of Elasticsearch."""
        try:
            check_version(self._client.perform_request("GET", "/", headers=ROOT_HEADERS).body)
        except UnsupportedProductError as error:
            check_version(error.body)  # another product, or a proxy that removes the header
        except AuthorizationException:
            return  # `GET /` needs a right that the indexer does not need

    def install_template(self) -> None:
        """Install the template; raise TemplateRefusedError where it would break what is there."""
        self._template.install()

    def prepare(self, targets: Iterable[str], seconds: float = inf) -> dict[str, str]:
        """Create the indices of these write aliases; return aliases whose index could not be created, with the reason.

        The newest come first, and after so many seconds no further one is begun: the reason is "" then. Afterwards
        `layouts` has the layout of each of the others. Raises TransportError where Elasticsearch does not answer.
        """
        missing = sorted((target for target in targets if target not in self._known), reverse=True)
        until = time.monotonic() + seconds
        found: dict[str, str] = {}
        for target in missing:
            if target != missing[0] and time.monotonic() >= until:
                found[target] = ""
            elif why := self._prepare(target):
                found[target] = why
        return found

    def doubt(self, targets: Iterable[str]) -> None:
        """Check again before the next log: Elasticsearch says that one of these cannot be written."""
        self._known.difference_update(targets)

    def prepare_now(self) -> str:
        """Create the index of this moment and of the next day; return why that failed, or "".

        So the index exists at midnight, and the alias of the API before the first log.
        """
        now_ms = int(time.time() * 1000)
        targets = [write_alias(self._alias, self._period, moment) for moment in (now_ms, now_ms + DAY_MS)]
        self.doubt(targets)
        return next(iter(self.prepare(targets).values()), "")

    def survey_if_due(self) -> None:
        """Survey the indices where the last time is a minute ago."""
        if time.monotonic() - self._surveyed_at >= SURVEY_SECONDS:
            self._survey()

    def drop_expired(self) -> list[str]:
        """Delete the indices whose last possible log is past the retention; return their names."""
        if not self._retention_ms:
            return []
        oldest_ms = int(time.time() * 1000) - self._retention_ms - RETENTION_DELAY_MS
        self._survey()
        # An index that periods share holds logs until the last of them has ended, whatever its own name says.
        ends = {
            index: max(end for name in (index, *aliases) if (end := self._end_ms(name)) is not None)
            for index, aliases in self._existing.items()
        }
        expired = sorted(index for index, end in ends.items() if end <= oldest_ms)
        for index in expired:
            self._client.options(ignore_status=404).indices.delete(index=index)
            self.doubt(self._existing[index])
            _log.info("index deleted: past the retention", index=index)
        return expired

    def signing_key(self) -> bytes:
        """Return the key of the headers of redriven records."""
        return signing_key(self._client, self._alias)

    def _survey(self) -> None:
        """Learn which indices there are, and which layouts they have; make those searchable that are not yet."""
        found = self._client.indices.get_alias(index=f"{self._alias}-*", filter_path="*").body
        self._existing = {
            index: frozenset(aliases["aliases"])
            for index, aliases in found.items()
            if self._end_ms(index) is not None and mapping_version(index) is not None
        }
        for index in self._existing:
            self._learn(index, found[index]["aliases"])
        self._shards_notice = self._near_shard_limit()
        self._surveyed_at = time.monotonic()

    def _learn(self, index: str, aliases: Mapping[str, Mapping[str, bool]]) -> None:
        targets = [alias for alias in aliases if self._end_ms(alias) is not None]
        for target in targets:
            if aliases[target].get(WRITE_INDEX) or target not in self.layouts:
                self.layouts[target] = layout_of(mapping_version(index))
        if targets and self._alias not in aliases and self._is_started(index):
            self._show(index)

    def _prepare(self, target: str) -> str:
        """Make sure that a write alias has an index to write to; return why that failed, or ""."""
        try:
            if not (found := self._aliases.behind(target)):
                self._create(target)
                found = self._aliases.behind(target)
            index = self._aliases.write_index(target, found)
        except (ApiError, TemplateRefusedError) as error:
            return f"the index {index_name(target)} cannot be created: {_short(error)}"
        if index is None:
            return f"the alias {target} has no write index: set is_write_index on one of its indices"
        self.layouts[target] = layout_of(mapping_version(index))
        self._known.add(target)
        return ""

    def _create(self, target: str) -> None:
        """Give a write alias its index; nothing is left to do where another program was first."""
        version = self._template.ensure()
        self.survey_if_due()
        taken = {_period_of(index): index for index in sorted(self._existing, reverse=True)}
        period = index_period(target, is_recent=self._is_recent(target), taken=taken, most=self._max_indices)
        try:
            if not self._point(target, taken.get(period)):
                self._create_index(target, index_name(period, version))
        except ApiError as error:
            if not self._aliases.behind(target):
                self._share(target, error)

    def _point(self, target: str, index: str | None) -> bool:
        """Point a write alias to an index where that exists."""
        if index is None:
            return False
        try:
            self._aliases.point(target, index)
        except NotFoundError:  # it was deleted after the survey
            return False
        return True

    def _create_index(self, target: str, index: str) -> None:
        is_searchable = self._aliases.create(target, index)
        self._existing = {**self._existing, index: frozenset((target,))}
        if is_searchable:
            self._show(index)

    def _share(self, target: str, error: ApiError) -> None:
        """Have a period share an existing index where Elasticsearch allows no more shards; raise any other error."""
        self._survey()
        newest = max(self._existing, key=lambda index: (self._end_ms(index) or 0, index), default=None)
        if error.error != "validation_exception" or newest is None:
            raise error
        shared = next((i for name in wider_periods(target) for i in self._existing if _period_of(i) == name), newest)
        self._aliases.point(target, shared)
        _log.warning("no index can be created: a period shares another one", alias=target, index=shared)

    def _show(self, index: str) -> None:
        """Add an index to the alias that is read.

        Only when its shard has started: until then every search over the alias would fail as a whole.
        """
        self._client.indices.update_aliases(actions=[{"add": {"index": index, "alias": self._alias}}])

    def _is_started(self, index: str) -> bool:
        try:
            stats = self._client.indices.stats(index=index, metric="docs", level="shards").body["indices"]
        except ApiError:  # closed, or deleted at this moment
            return False
        copies = [copy for shard in stats.get(index, {}).get("shards", {}).values() for copy in shard]
        return any(copy["routing"]["primary"] and copy["routing"]["state"] == "STARTED" for copy in copies)

    def _near_shard_limit(self) -> str:
        try:
            report = self._client.health_report(feature="shards_capacity")["indicators"]["shards_capacity"]
        except ApiError:  # an account without the privilege `monitor` on the cluster
            return ""
        if report["status"] not in ("yellow", "red"):
            return ""
        data = report["details"]["data"]
        shards = f"{data.get('current_used_shards')} of {data['max_shards_in_cluster']} shards"
        return f"Elasticsearch has {shards}: new indices cannot be created beyond them"

    def _is_recent(self, target: str) -> bool:
        return (self._end_ms(target) or 0) > time.time() * 1000 - NEWEST_MS

    def _end_ms(self, name: str) -> int | None:
        return period_end_ms(self._alias, name)


def _period_of(index: str) -> str:
    return re.sub(r"-v\d+$", "", index)


def _short(error: ApiError | TemplateRefusedError) -> str:
    if isinstance(error, TemplateRefusedError):
        return str(error)
    # The reason that Elasticsearch gives: it names the limit that was reached, or the other template.
    body = error.body.get("error") if isinstance(error.body, dict) else None
    return f"{error.meta.status} {body.get('reason', error.error) if isinstance(body, dict) else error.error}"[:300]
