"""The metrics of the API. Each app has a registry of its own, so a second app in one process starts at zero."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_STEPS = (1, 2, 3, 5, 8, 13, 21)


class ApiMetrics:
    """The metrics of one app."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = self._counter("requests", "Requests answered.", ("route", "status"))
        self.seconds = self._histogram("request_seconds", "Time to answer.", _SECONDS, ("route",))
        self.elasticsearch = self._histogram("elasticsearch_seconds", "Time in Elasticsearch.", _SECONDS)
        self.seek_steps = self._histogram("seek_steps", "Steps to reach a deep page.", _STEPS)
        self.in_flight = self._gauge("requests_in_flight", "Requests being answered.")
        self.tails = self._gauge("tails", "Open tails.")

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"gateway_logs_api_{name}", text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"gateway_logs_api_{name}", text, registry=self._registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], labels: tuple[str, ...] = ()) -> Histogram:
        return Histogram(f"gateway_logs_api_{name}", text, labels, buckets=buckets, registry=self._registry)
