"""HTTP as uvicorn reads it, kinder to text that is not percent-encoded and to requests that are none."""

import re
from uuid import uuid4

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_NO_HTTP = "this is no valid HTTP request"
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


class LenientProtocol(HttpToolsProtocol):
    """One connection."""

    def data_received(self, data: bytes) -> None:
        """Take in bytes. `curl '…?query=超时'` sends the text as it is: percent signs are put in for it."""
        if data.startswith(b"GET ") and not data.isascii():
            line, end, rest = data.partition(b"\r\n")
            data = _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], line) + end + rest
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's sentence
        """Answer bytes that are no HTTP request, in the envelope, and close."""
        body = msgspec.json.encode({"message": _NO_HTTP, "success": False})
        head = (
            "HTTP/1.1 400 Bad Request\r\n"
            "content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n"
            f"x-request-id: {uuid4().hex}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
