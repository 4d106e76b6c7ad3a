"""What is answered where a route or the router raises."""

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from api.edge.exchange import exchange_of
from api.errors import MESSAGES, ApiError, failure, failure_of

_ALLOW = {"Allow": "GET, HEAD"}


async def answer_api_error(request: Request, error: Exception) -> Response:
    """Answer an `ApiError`; its reason goes into the log line of the request."""
    if not isinstance(error, ApiError):
        raise error
    exchange_of(request.scope).reason = error.reason
    return failure_of(error)


async def answer_http_error(_: Request, error: Exception) -> Response:
    """Answer what the router raises by itself: no such path, no such method."""
    if not isinstance(error, HTTPException):
        raise error
    headers = {**(error.headers or {}), **(_ALLOW if error.status_code == 405 else {})}
    return failure(error.status_code, MESSAGES.get(error.status_code, str(error.detail)), headers)
