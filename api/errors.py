"""Failures as the caller reads them: one exception with a status and a message, one envelope."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

RETRY_AFTER_S = 2
NO_SUCH_LOG = "no such log among those that this path and these filters show"
MESSAGES: Mapping[int, str] = {
    404: "there is nothing at this path: the searches are /api/logs/search and /api/log/{group}/search",
    405: "this method is not allowed here: the API is read with GET",
    500: "something went wrong inside the service: quote the X-Request-Id to its operator",
}
_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": str(RETRY_AFTER_S)},
    503: {"Retry-After": str(RETRY_AFTER_S)},
}


class ApiError(Exception):
    """A failure with what the caller is told; `reason` is for the log line and never leaves the service."""

    def __init__(self, status: int, message: str, *, reason: str = "", retry_after_s: int = RETRY_AFTER_S) -> None:
        super().__init__(reason or message)
        self.status = status
        self.message = message
        self.reason = reason
        self.retry_after_s = retry_after_s  # sent with 429 and 503


def failure(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the envelope of a failure: `{"message": ..., "success": false}`."""
    body = msgspec.json.encode({"message": message, "success": False})
    return Response(body, status, {**_HEADERS.get(status, {}), **(headers or {})}, "application/json")


def failure_of(error: ApiError) -> Response:
    """Return the envelope of an `ApiError`."""
    retry = {"Retry-After": str(error.retry_after_s)} if error.status in (429, 503) else {}
    return failure(error.status, error.message, retry)
