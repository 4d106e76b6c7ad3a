"""The metrics of an indexer, except for the counts of records, which the ledger keeps."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600)


class IndexerMetrics:
    """The metrics of one process. Safe to use from any thread."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.redacted = self._counter("secrets_redacted", "Secrets redacted before logs were stored.", "rule")
        self.passed_over = self._counter(
            "entries_passed_over", "Entries of records that are no calls of a model, such as other spans."
        )
        self.bulk_requests = self._counter("bulk_requests", "Bulk requests by outcome.", "outcome")
        self.bulk_seconds = self._histogram("bulk_seconds", "Duration of a bulk request.")
        self.retried = self._counter("records_retried", "Records sent again, by the reason.", "fate")
        self.age = self._histogram(
            "event_age_seconds", "From the record's timestamp to searchable, the oldest of a bulk request."
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

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(f"gateway_logs_{name}", text, registry=self.registry, buckets=SECONDS)
