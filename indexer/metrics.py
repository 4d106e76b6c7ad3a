"""The metrics of an indexer."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600)


class IndexerMetrics:
    """The metrics of one process. Safe to use from any thread."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.polled = self._counter("records_polled", "Records polled from Kafka.")
        self.indexed = self._counter("records_indexed", "Records stored as a document.")
        self.duplicate = self._counter("records_duplicate", "Records whose log was stored before, the same or newer.")
        self.dead_lettered = self._counter("records_dead_lettered", "Records acknowledged by the dead-letter topic.")
        self.skipped = self._counter("records_skipped", "Records without a value (tombstones).")
        self.returned = self._counter("records_returned", "Records given up unfinished with their partition.")
        self.redacted = self._counter("secrets_redacted", "Secrets redacted before logs were stored.", "rule")
        self.in_flight = self._gauge("records_in_flight", "Records polled and not finished.")
        self.bytes_in_flight = self._gauge("bytes_in_flight", "Memory that is counted for them.")
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
        self.paused = self._gauge("partitions_paused", "Partitions paused because Elasticsearch is behind.")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"gateway_logs_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"gateway_logs_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(f"gateway_logs_{name}", text, registry=self.registry, buckets=SECONDS)
