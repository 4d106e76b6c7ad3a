"""What became of every record, in numbers that must add up, and the other figures of this process.

polled = indexed + duplicate + dead_lettered + skipped + returned + in flight: the left side counts at the door, the
right side where records end, and `in flight` is counted from what is really under way.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

AGES_SECONDS = (0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600)


class Ledger:
    """The metrics of one process. Counters are safe to use from any thread."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.polled = self._counter("records_polled", "records taken from Kafka")
        self.indexed = self._counter("records_indexed", "records stored as a document")
        self.duplicate = self._counter("records_duplicate", "records whose log was there, the same or newer")
        self.dead_lettered = self._counter("records_dead_lettered", "records acknowledged by the dead-letter topic")
        self.skipped = self._counter("records_skipped", "records without a value (tombstones)")
        self.returned = self._counter("records_returned", "records given back unfinished with their partition")
        self.redacted = self._counter("secrets_redacted", "secrets taken out of logs before they were stored", "rule")
        self.in_flight = self._gauge("records_in_flight", "records taken and not ended")
        self.bytes_in_flight = self._gauge("bytes_in_flight", "memory counted for them")
        self.bulk_requests = self._counter("bulk_requests", "bulk requests by how they ended", "outcome")
        self.bulk_seconds = self._histogram("bulk_seconds", "time of a bulk request")
        self.retried = self._counter("records_retried", "records sent again, by reason", "fate")
        self.age = self._histogram(
            "event_age_seconds", "from the record's time in Kafka to searchable, oldest of a bulk request"
        )
        self.commits = self._counter("commits", "offset commits by how they ended", "outcome")
        self.lag = self._gauge("lag", "records in Kafka that are not finished", "partition")
        self.rebalances = self._counter("rebalances", "changes of the assignment", "kind")
        self.rebuilds = self._counter("consumer_rebuilds", "times the Kafka consumer was thrown away and made anew")
        self.paused = self._gauge("partitions_paused", "partitions not fetched while the store is behind")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"gateway_logs_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"gateway_logs_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(f"gateway_logs_{name}", text, registry=self.registry, buckets=AGES_SECONDS)
