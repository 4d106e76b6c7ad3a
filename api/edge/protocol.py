"""HTTP as uvicorn reads it, kinder to text that is not percent-encoded, and firm with clients that hold it up."""

import asyncio
import re

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.edge.admission import FULL, Gate
from api.edge.request_id import request_id
from api.errors import RETRY_AFTER_S
from api.metrics import Metrics

LINE = "gateway_logs.line"  # the connection of a request, among the scope's extensions
MAX_HEAD_BYTES = 131_072  # of a request: the longest query, every character percent-encoded, is a third of it
LINGER_S = 2  # for a client that was refused to read why
_NO_HTTP = "this is no valid HTTP request"
_TOO_LONG = f"the address and the headers of a request have at most {MAX_HEAD_BYTES} bytes"
_TOO_SLOW = "no whole request came within the time there is for one"
_CROWDED = "too many connections are open: try again in a moment"
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


class LenientProtocol(HttpToolsProtocol):
    """One connection."""

    patience_s = 30.0  # for a client to send a request, and to take some part of its answer
    max_connections = 10_000
    gate: Gate
    metrics: Metrics
    is_ending = False  # the program was told to end
    _is_refused = False
    _is_turned_away = False  # the request that is being read: what still comes of it is nothing to the app
    _awaits_head = True
    _is_in_first_line = True
    _head_bytes = 0
    _request_timer: asyncio.TimerHandle | None = None
    _reader_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection in, or refuse one too many."""
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            self._refuse(503, _CROWDED)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        for timer in (self._request_timer, self._reader_timer):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in bytes. `curl '…?query=超时'` sends the text as it is: percent signs are put in for it."""
        if self._is_refused:
            return
        if self._awaits_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(431, _TOO_LONG)
                return
            self._await_request()
            if self._is_in_first_line:
                data = self._escaped(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Take in the beginning of a request."""
        super().on_message_begin()
        self.scope["extensions"] = {LINE: self}  # type: ignore[dict-item]  # uvicorn passes it on as it is

    def on_headers_complete(self) -> None:
        """Start to answer."""
        self._awaits_head, self._head_bytes = False, 0
        self._is_turned_away = self._is_one_too_many()
        if self._is_turned_away:
            self._turn_away()
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take in a part of a request's body."""
        if not self._is_turned_away:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Take in the end of a request."""
        self._awaits_head = self._is_in_first_line = True
        if self._request_timer:
            self._request_timer.cancel()
            self._request_timer = None
        if not self._is_turned_away:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Watch whether the client takes the end of its answer: the connection would be kept for it for ever."""
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self._watch_reader()

    def pause_writing(self) -> None:
        """Hold the answer back, as the client does not take it; and watch whether it ever does."""
        super().pause_writing()
        self._watch_reader()

    def shutdown(self) -> None:
        """Let the answers that go on for ever end."""
        self.is_ending = True
        super().shutdown()

    def end(self, last: bytes) -> None:
        """End a chunked answer with a last chunk, also where the client has stopped reading.

        The server holds back what is sent to such a client; this goes in behind what it was sent already.
        """
        self.cycle.disconnected = True
        self.transport.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(last), last))
        self.transport.close()
        self._watch_reader()

    def finish(self, trailer: bytes) -> None:
        """End a chunked answer with a header behind it, which the server has no way to send."""
        self.cycle.disconnected = True
        self.transport.write(b"0\r\n%b\r\n\r\n" % trailer)
        self.transport.close()
        self._watch_reader()

    def cut(self) -> None:
        """End an answer so that the client sees that it is not whole: a chunked one has no last chunk."""
        self.cycle.disconnected = True
        self.transport.close()
        self._watch_reader()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's sentence
        """Answer bytes that are no HTTP request, in the envelope, and close."""
        self._refuse(400, _NO_HTTP)

    def _is_one_too_many(self) -> bool:
        """Tell whether this request can only be refused.

        One that a browser sends across origins is left to the layers above, which know the headers it needs.
        """
        if not self.gate.refuses(self.url.decode("latin-1")) or self.parser.get_method() != b"GET":
            return False
        is_free = self.cycle is None or self.cycle.response_complete
        return is_free and all(name != b"origin" for name, _ in self.headers)

    def _turn_away(self) -> None:
        """Refuse a request for a tenth of what it takes to begin with it, or refusing would be the next overload."""
        is_kept = self.parser.get_http_version() == "1.1" and self.parser.should_keep_alive()
        self.metrics.requests.labels("none", "503").inc()
        self.transport.write(_refusal(503, FULL, request_id(self.headers), is_kept=is_kept))
        if not is_kept:
            self.transport.close()
        self.on_response_complete()

    def _escaped(self, data: bytes) -> bytes:
        """Return data with percent signs in the first line of a request, and nowhere else.

        A body that grew would be read as the next request, which on a connection of a proxy is somebody else's.
        """
        line, end, rest = data.partition(b"\n")
        self._is_in_first_line = not end
        return _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], line) + end + rest

    def _await_request(self) -> None:
        if not self._request_timer and not self._is_refused:
            self._request_timer = self.loop.call_later(self.patience_s, self._end_slow_request)

    def _end_slow_request(self) -> None:
        """Tell a client that sends no whole request; one that has an answer already has no use for another."""
        self._request_timer = None
        if self._is_answering():
            self._await_request()  # a stray line end behind the request must not end an export
        elif self._awaits_head:
            self._refuse(408, _TOO_SLOW)
        else:
            self.transport.abort()

    def _watch_reader(self) -> None:
        if self._reader_timer:
            self._reader_timer.cancel()
        left = self.transport.get_write_buffer_size()
        self._reader_timer = self.loop.call_later(self.patience_s, self._cut_unless_less, left)

    def _cut_unless_less(self, left_bytes: int) -> None:
        """Cut a client that has taken nothing since there was this much left for it."""
        self._reader_timer = None
        is_stuck = self.flow.write_paused or not self._is_answering()
        if is_stuck and self.transport.get_write_buffer_size() >= left_bytes > 0:
            self.transport.abort()
        elif self.transport.get_write_buffer_size():
            self._watch_reader()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, status: int, message: str) -> None:
        """Answer, and close; what still comes is dropped unread, or the answer would be lost with it."""
        self._is_refused = True
        if self._is_answering():
            self.transport.abort()  # a second answer inside the first would be taken for a part of it
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
        f"{f'retry-after: {RETRY_AFTER_S}' if status == 503 else 'cache-control: no-store'}\r\n"
        f"connection: {'keep-alive' if is_kept else 'close'}\r\n\r\n"
    )
    return STATUS_LINE[status] + head.encode() + body


def protocol(patience_s: float, max_connections: int, gate: Gate, metrics: Metrics) -> type[LenientProtocol]:
    """Return the protocol with these bounds: uvicorn makes a connection's object by itself."""
    bounds = {"patience_s": patience_s, "max_connections": max_connections, "gate": gate, "metrics": metrics}
    return type("Connection", (LenientProtocol,), bounds)
