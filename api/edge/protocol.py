"""One HTTP connection, on uvicorn's httptools protocol.

It accepts text that is not percent-encoded, refuses requests over the limit without starting them, and closes the
connections of clients that do not send a request or do not read their answer in time. It overrides and calls parts of
uvicorn that are no public interface, so pyproject.toml pins the release exactly; tests/api/edge/test_uvicorn.py fails
where another release changes one of them.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.edge.admission import TOO_MANY_REQUESTS, Slots, is_limited
from api.edge.headers import SAFETY
from api.edge.request_id import request_id
from api.errors import RETRY_AFTER_S
from api.metrics import ApiMetrics

CONNECTION = "gateway_logs.connection"  # the connection of a request, among the extensions of its scope
MAX_HEAD_BYTES = 131_072  # of a request; the longest query, with every character percent-encoded, is a third of it
LINGER_S = 2  # for a client that was refused to read the reason
_NOT_HTTP = "this is not a valid HTTP request"
_HEAD_TOO_LARGE = f"the request line and the headers together are limited to {MAX_HEAD_BYTES} bytes"
_TOO_SLOW = "the request was not complete in time"
_TOO_MANY_CONNECTIONS = "too many open connections: try again in a moment"
_SAFETY = "".join(f"{name}: {value}\r\n" for name, value in SAFETY.items())
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


class ConnectionLimits(NamedTuple):
    """The limits of each connection."""

    patience_s: float  # for a client to send a request, and to read some part of its answer
    max_connections: int
    slots: Slots  # of requests


class LenientProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, limits: ConnectionLimits, metrics: ApiMetrics, **options: Any) -> None:
        super().__init__(**options)
        self.is_ending = False  # the process is shutting down
        self._limits = limits
        self._metrics = metrics
        self._is_closing = False  # a refusal was sent: further input is discarded
        self._is_rejecting = False  # the request that is being received was rejected
        self._awaits_head = True
        self._is_in_first_line = True
        self._head_bytes = 0
        self._request_timer: asyncio.TimerHandle | None = None
        self._reader_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Accept a connection; refuse it past the limit."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.max_connections:
            self._refuse(503, _TOO_MANY_CONNECTIONS)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timers."""
        for timer in (self._request_timer, self._reader_timer):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Receive bytes. `curl '…?query=超时'` sends the text as UTF-8: it is percent-encoded here."""
        if self._is_closing:
            return
        if self._awaits_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(431, _HEAD_TOO_LARGE)
                return
            self._await_request()
            if self._is_in_first_line:
                data = self._percent_encoded(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Receive the beginning of a request."""
        super().on_message_begin()
        self.scope["extensions"] = {CONNECTION: self}  # type: ignore[dict-item]  # uvicorn passes it on as it is

    def on_headers_complete(self) -> None:
        """Start the request, or reject it."""
        self._awaits_head, self._head_bytes = False, 0
        self._is_rejecting = self._is_over_limit()
        if self._is_rejecting:
            self._reject()
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Receive a part of a body; discard that of a request that was rejected."""
        if not self._is_rejecting:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Receive the end of a request."""
        self._awaits_head = self._is_in_first_line = True
        if self._request_timer:
            self._request_timer.cancel()
            self._request_timer = None
        if not self._is_rejecting:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Watch whether the client reads the end of its answer; uvicorn would keep the connection for ever."""
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self._watch_reader()

    def pause_writing(self) -> None:
        """Pause the answer because the client does not read it, and watch whether it ever does."""
        super().pause_writing()
        self._watch_reader()

    def shutdown(self) -> None:
        """Shut down: answers without an end read `is_ending`."""
        self.is_ending = True
        super().shutdown()

    def end(self, last: bytes) -> None:
        """End a chunked answer with a last chunk, also where the client has stopped reading.

        uvicorn holds back what is sent to such a client; this is written behind what was sent already.
        """
        self.cycle.disconnected = True
        self.transport.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(last), last))
        self.transport.close()
        self._watch_reader()

    def finish(self, trailer: bytes) -> None:
        """End a chunked answer with a trailer, which uvicorn cannot send."""
        self.cycle.disconnected = True
        self.transport.write(b"0\r\n%b\r\n\r\n" % trailer)
        self.transport.close()
        self._watch_reader()

    def cut(self) -> None:
        """Close without the last chunk, so that the client sees that the answer is not complete."""
        self.cycle.disconnected = True
        self.transport.close()
        self._watch_reader()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # text of uvicorn
        """Answer bytes that are not an HTTP request, in the envelope, and close."""
        self._refuse(400, _NOT_HTTP)

    def _is_over_limit(self) -> bool:
        """Tell whether this request can only be rejected.

        A cross-origin request is left to the middlewares, which know the headers that its answer needs.
        """
        path = self.url.decode("latin-1")
        if self._limits.slots.free or not is_limited(path) or self.parser.get_method() != b"GET":
            return False
        is_free = self.cycle is None or self.cycle.response_complete
        return is_free and all(name != b"origin" for name, _ in self.headers)

    def _reject(self) -> None:
        """Answer 503 without starting the request: rejections cost a tenth of that, and must not be an overload too."""
        is_kept = self.parser.get_http_version() == "1.1" and self.parser.should_keep_alive()
        self._metrics.requests.labels("none", "503").inc()
        self.transport.write(_refusal(503, TOO_MANY_REQUESTS, request_id(self.headers), is_kept=is_kept))
        if not is_kept:
            self.transport.close()
        self.on_response_complete()

    def _percent_encoded(self, data: bytes) -> bytes:
        """Return data with the request line percent-encoded, and nothing else.

        A body that grew would be parsed as the next request, which on a proxy's connection is another client's.
        """
        line, end, rest = data.partition(b"\n")
        self._is_in_first_line = not end
        return _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], line) + end + rest

    def _await_request(self) -> None:
        if not self._request_timer and not self._is_closing:
            self._request_timer = self.loop.call_later(self._limits.patience_s, self._end_slow_request)

    def _end_slow_request(self) -> None:
        """Answer 408 to a client that has not sent a whole request; just close where it already has an answer."""
        self._request_timer = None
        if self._is_answering():
            self._await_request()  # a stray line break after the request must not end an export
        elif self._awaits_head:
            self._refuse(408, _TOO_SLOW)
        else:
            self.transport.abort()

    def _watch_reader(self) -> None:
        if self._reader_timer:
            self._reader_timer.cancel()
        left = self.transport.get_write_buffer_size()
        self._reader_timer = self.loop.call_later(self._limits.patience_s, self._close_unless_read, left)

    def _close_unless_read(self, left_bytes: int) -> None:
        """Close the connection of a client that has read nothing since this many bytes were left."""
        self._reader_timer = None
        is_stuck = self.flow.write_paused or not self._is_answering()
        if is_stuck and self.transport.get_write_buffer_size() >= left_bytes > 0:
            self.transport.abort()
        elif self.transport.get_write_buffer_size():
            self._watch_reader()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, status: int, message: str) -> None:
        """Answer and close, later. Input is discarded: closing at once resets the connection and loses the answer."""
        self._is_closing = True
        if self._is_answering():
            self.transport.abort()  # a second answer would be read as a part of the first
            return
        self.transport.write(_refusal(status, message, request_id(()), is_kept=False))
        self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.abort)


def _refusal(status: int, message: str, request_id: str, *, is_kept: bool) -> bytes:
    body = msgspec.json.encode({"message": message, "success": False})
    head = (
        "content-type: application/json\r\n"
        f"content-length: {len(body)}\r\n"
        f"x-request-id: {request_id}\r\n"
        f"{_SAFETY}"
        f"{f'retry-after: {RETRY_AFTER_S}' if status == 503 else 'cache-control: no-store'}\r\n"
        f"connection: {'keep-alive' if is_kept else 'close'}\r\n\r\n"
    )
    return STATUS_LINE[status] + head.encode() + body


def connection_factory(limits: ConnectionLimits, metrics: ApiMetrics) -> Callable[..., LenientProtocol]:
    """Return what uvicorn calls for each new connection."""

    def connect(**options: Any) -> LenientProtocol:
        return LenientProtocol(limits, metrics, **options)

    return connect
