"""The metrics of an indexer, except for the counts of records, which the ledger keeps."""

from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

from service.metrics import new_registry

BULK_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
# The least is the refresh interval of the index, one second.
AGE_SECONDS = (1.1, 1.25, 1.5, 2, 3, 5, 7.5, 10, 15, 30, 60, 120, 300, 900, 3600, 6 * 3600, 24 * 3600)


class IndexerMetrics:
    """The metrics of one process. Safe to use from any thread."""

    def __init__(self) -> None:
        self.registry = new_registry()
        self.redacted = self._counter("secrets_redacted", "Secrets redacted before logs were stored.", "rule")
        self.passed_over = self._counter(
            "entries_passed_over", "Entries of records that are no calls of a model, such as other spans."
        )
        self.bulk_requests = self._counter("bulk_requests", "Bulk requests by outcome.", "outcome")
        self.bulk_seconds = self._histogram("bulk_seconds", "Duration of a bulk request.", BULK_SECONDS)
        self.retried = self._counter("records_retried", "Records sent again, by the reason.", "fate")
        self.age = self._histogram(
            "event_age_seconds", "From the record's timestamp until its log is searchable.", AGE_SECONDS
        )
        self.commits = self._counter("commits", "Offset commits by outcome.", "outcome")
        self.lag = self._gauge("lag", "Records of the partition that are not finished.", "partition")
        self.rebalances = self._counter("rebalances", "Changes of the assignment.", "kind")
        self.rebuilds = self._counter("consumer_rebuilds", "Times the Kafka consumer was closed and created again.")
        self.expired = self._counter(
            "offsets_expired", "Offsets of waiting records that Kafka deleted before they were read again."
        )
        self.paused = self._gauge("partitions_paused", "Partitions paused because Elasticsearch is behind.")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"gateway_logs_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"gateway_logs_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(f"gateway_logs_{name}", text, registry=self.registry, buckets=buckets)
