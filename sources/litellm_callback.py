"""A callback of LiteLLM's proxy that writes each call to Kafka. Copy this one file beside the proxy's configuration.

It never blocks a request and never fails one: calls go into a bounded queue, a thread writes them, and what does not
fit is dropped, counted and logged. It needs `kafka-python`. Its settings are environment variables:
KAFKA_BOOTSTRAP_SERVERS and KAFKA_TOPIC as everywhere, GATEWAY_LOGS_QUEUE_CALLS and GATEWAY_LOGS_QUEUE_BYTES the bounds.
The indexer reads the topic with KAFKA_FORMAT=litellm.
"""

import json
import logging
import os
import time
from collections import deque
from collections.abc import Mapping
from threading import Condition, Thread
from typing import Any

from kafka import KafkaProducer
from litellm.integrations.custom_logger import CustomLogger

_log = logging.getLogger("gateway_logs")

LOG_SECONDS = 10.0  # between two lines about calls that were dropped
PAUSE_SECONDS = 5.0  # after Kafka could not be reached
MAX_CALL_BYTES = 16_000_000  # a call with larger bodies is written without them
PRODUCER_OPTIONS: Mapping[str, Any] = {
    "acks": "all",
    "compression_type": "gzip",
    "linger_ms": 100,
    "max_block_ms": 5_000,
    "request_timeout_ms": 10_000,
    "delivery_timeout_ms": 30_000,
    "max_request_size": 2 * MAX_CALL_BYTES,  # the broker decides what is too large
}
BODIES = ("messages", "response")
CREDENTIALS = ("headers", "api_key", "secret", "access_key", "access_key_id", "_token", "password", "credentials")
SECRETS = ("requester_custom_headers", "requester_metadata", "user_api_key_hash", "user_api_key_auth_metadata")


class KafkaLogger(CustomLogger):  # type: ignore[misc]  # where LiteLLM is not installed it is Any
    """Writes LiteLLM's standard payload of each call, successful or not, to the topic."""

    def __init__(self, producer_options: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.dropped = 0
        self.written = 0
        self._options = {"bootstrap_servers": os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092").split(",")}
        self._options |= dict(producer_options or {})
        self._topic = os.environ.get("KAFKA_TOPIC", "gateway-logs")
        self._most_calls = int(os.environ.get("GATEWAY_LOGS_QUEUE_CALLS", "10000"))
        self._most_bytes = int(os.environ.get("GATEWAY_LOGS_QUEUE_BYTES", "64000000"))
        self._queue: deque[bytes] = deque()
        self._held_calls = self._held_bytes = 0  # queued, or sent and not acknowledged
        self._unreported, self._reported_at = 0, 0.0
        self._closed = False
        self._changed = Condition()
        self._thread: Thread | None = None

    def log_success_event(self, kwargs: Any, *_: Any, **__: Any) -> None:
        """Take a call of the synchronous SDK."""
        self._take(kwargs)

    def log_failure_event(self, kwargs: Any, *_: Any, **__: Any) -> None:
        """Take a failed call of the synchronous SDK."""
        self._take(kwargs)

    async def async_log_success_event(self, kwargs: Any, *_: Any, **__: Any) -> None:
        """Take a call of the proxy."""
        self._take(kwargs)

    async def async_log_failure_event(self, kwargs: Any, *_: Any, **__: Any) -> None:
        """Take a failed call of the proxy."""
        self._take(kwargs)

    def close(self, seconds: float = 5.0) -> None:
        """Write what is queued for so long at most; LiteLLM never calls it, a test or a shutdown hook may."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(seconds)

    def _take(self, kwargs: Any) -> None:
        try:
            payload = kwargs.get("standard_logging_object")
            if payload:
                self._add(_encoded(payload))
        except Exception as error:  # noqa: BLE001 - no fault of logging may reach a request
            self._drop(type(error).__name__)

    def _add(self, call: bytes) -> None:
        with self._changed:
            fits = self._held_calls < self._most_calls and self._held_bytes + len(call) <= self._most_bytes
            if fits:
                self._queue.append(call)
                self._hold(1, len(call))
                self._changed.notify()
            self._start()
        if not fits:
            self._drop("the queue is full")

    def _hold(self, calls: int, size: int) -> None:
        self._held_calls += calls
        self._held_bytes += size

    def _start(self) -> None:
        """Start the thread with the first call: a worker process that was forked has none of its parent's."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._run, name="gateway-logs", daemon=True)
            self._thread.start()

    def _drop(self, why: str) -> None:
        with self._changed:
            self.dropped += 1
            self._unreported += 1
            if time.monotonic() - self._reported_at < LOG_SECONDS:
                return
            unreported, self._unreported, self._reported_at = self._unreported, 0, time.monotonic()
        _log.warning("gateway-logs: %d calls were not written: %s", unreported, why)

    def _run(self) -> None:
        producer: KafkaProducer | None = None
        while call := self._next():
            try:
                producer = producer or KafkaProducer(**self._producer_options())
                sent = producer.send(self._topic, value=call)
                sent.add_callback(self._on_written, len(call)).add_errback(self._on_failed, len(call))
            except Exception as error:  # noqa: BLE001 - the thread must survive; the proxy goes on in any case
                self._on_failed(len(call), error)
                _close(producer)
                producer = None
                self._pause()
        _close(producer)

    def _producer_options(self) -> dict[str, Any]:
        return {**PRODUCER_OPTIONS, **self._options}

    def _next(self) -> bytes | None:
        with self._changed:
            while not self._queue and not self._closed:
                self._changed.wait()
            if not self._queue:
                return None
            return self._queue.popleft()

    def _pause(self) -> None:
        with self._changed:
            if not self._closed:
                self._changed.wait_for(lambda: self._closed, PAUSE_SECONDS)

    def _on_written(self, size: int, _: Any) -> None:
        with self._changed:
            self.written += 1
            self._hold(-1, -size)

    def _on_failed(self, size: int, error: BaseException) -> None:
        with self._changed:
            self._hold(-1, -size)
        self._drop(f"Kafka did not take them: {type(error).__name__}")


def _encoded(payload: Mapping[str, Any]) -> bytes:
    """Return a call as JSON, without what may hold a credential of the caller."""
    kept = dict(payload)
    kept["metadata"] = {name: value for name, value in (kept.get("metadata") or {}).items() if name not in SECRETS}
    kept["hidden_params"] = {"litellm_model_name": (kept.get("hidden_params") or {}).get("litellm_model_name")}
    kept["model_parameters"] = _without_credentials(kept.get("model_parameters") or {})
    call = json.dumps(kept, default=str).encode()
    if len(call) > MAX_CALL_BYTES:
        call = json.dumps({**kept, **dict.fromkeys(BODIES)}, default=str).encode()
    return call


def _without_credentials(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if not name.lower().endswith(CREDENTIALS)}


def _close(producer: KafkaProducer | None) -> None:
    try:
        if producer:
            producer.close(timeout=5)
    except Exception as error:  # noqa: BLE001 - it is dropped in any case
        _log.warning("gateway-logs: the producer could not be closed: %s", type(error).__name__)


kafka_logger = KafkaLogger()  # what `litellm_settings: callbacks: litellm_callback.kafka_logger` names
