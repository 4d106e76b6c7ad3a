"""CORS: which pages of other origins may read the answers."""

from uuid import uuid4

from fastapi import Response
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from api.edge.headers import SAFETY
from api.errors import failure

ALLOWED_METHODS = ("GET", "HEAD")
ALLOWED_HEADERS = (
    *("Authorization", "X-Request-Id", "Last-Event-ID"),
    *("Cache-Control", "If-None-Match", "Pragma", "X-Requested-With"),  # of HTTP clients in browsers
    *("traceparent", "tracestate", "baggage", "sentry-trace"),  # of monitoring
)
EXPOSED_HEADERS = ("X-Request-Id", "Retry-After", "Content-Disposition", "X-Export-Total", "X-Export-Message")
_REFUSED = (
    "this preflight is refused: API_CORS_ORIGINS lists the origins that may read, "
    f"with {', '.join(ALLOWED_METHODS)} and the headers {', '.join(ALLOWED_HEADERS)}"
)


class Cors(CORSMiddleware):
    """Answers preflight requests, in the envelope where they are refused, and marks the answers of allowed origins."""

    def __init__(self, app: ASGIApp, origins: list[str]) -> None:
        super().__init__(app, origins, ALLOWED_METHODS, ALLOWED_HEADERS, expose_headers=EXPOSED_HEADERS)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer to a preflight request."""
        answer = super().preflight_response(request_headers)
        headers = {name: value for name, value in answer.headers.items() if not name.startswith("content-")}
        headers |= SAFETY | {"X-Request-Id": uuid4().hex}  # the middleware does not see this answer
        return Response(None, 204, headers) if answer.status_code == 200 else failure(400, _REFUSED, headers)
