"""HTTP as uvicorn reads it, except that a request which is none is answered in the envelope too."""

from uuid import uuid4

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_NO_HTTP = "this is no valid HTTP request: everything but ASCII in the address must be percent-encoded"


class EnvelopeProtocol(HttpToolsProtocol):
    """One connection."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's sentence
        """Answer bytes that are no HTTP request, and close."""
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
