"""The metrics of the API. Each app has a registry of its own, so a second app in one process starts at zero."""

from prometheus_client import Counter, Gauge, Histogram, generate_latest

from service.metrics import new_registry

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)
_STREAM_SECONDS = (0.1, 1, 10, 60, 300, 1800, 3600, 6 * 3600, 24 * 3600)
_STREAMS = ("/export", "/tail")  # ends of routes whose answers last as long as there is something to send
_STEPS = (1, 2, 3, 5, 8, 13, 21)


class ApiMetrics:
    """The metrics of one app."""

    def __init__(self) -> None:
        self._registry = new_registry()
        self.requests = self._counter("requests", "Requests answered.", ("route", "status"))
        self._seconds = self._histogram("request_seconds", "Time to answer.", _SECONDS, ("route",))
        self._stream_seconds = self._histogram(
            "stream_seconds", "Duration of an export or a tail.", _STREAM_SECONDS, ("route",)
        )
        self.elasticsearch = self._histogram("elasticsearch_seconds", "Time in Elasticsearch.", _SECONDS)
        self.seek_steps = self._histogram("seek_steps", "Steps to reach a deep page.", _STEPS)
        self.in_flight = self._gauge("requests_in_flight", "Requests being answered.")
        self.tails = self._gauge("tails", "Open tails.")

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request that has been answered."""
        self.requests.labels(route, str(status)).inc()
        durations = self._stream_seconds if route.endswith(_STREAMS) else self._seconds
        durations.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"gateway_logs_api_{name}", text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"gateway_logs_api_{name}", text, registry=self._registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], labels: tuple[str, ...] = ()) -> Histogram:
        return Histogram(f"gateway_logs_api_{name}", text, labels, buckets=buckets, registry=self._registry)
