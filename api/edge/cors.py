"""Which pages of other origins may read the answers."""

from uuid import uuid4

from fastapi import Response
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware

from api.errors import failure

METHODS = ("GET",)
HEADERS = ("Authorization", "X-Request-Id", "Last-Event-ID")
_REFUSED = (
    "this preflight is refused: API_CORS_ORIGINS says which origins may read, "
    f"with {', '.join(METHODS)}, and the headers {', '.join(HEADERS)}"
)


class Cors(CORSMiddleware):
    """Answers what browsers ask beforehand, in the envelope, and marks the answers that they may hand on."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer to a browser's question whether it may ask."""
        told = super().preflight_response(request_headers)
        headers = {name: value for name, value in told.headers.items() if not name.startswith("content-")}
        headers["X-Request-Id"] = uuid4().hex  # the edge does not see this answer
        return Response(None, 204, headers) if told.status_code == 200 else failure(400, _REFUSED, headers)
