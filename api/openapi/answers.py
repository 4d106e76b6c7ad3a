"""What a route answers, and how it may fail."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from api.errors import MESSAGES
from api.openapi.models import Model
from api.openapi.schemas import Schema, reference
from mappings.instant import Times

Example = Callable[[Times], Any]

REQUEST_ID = "X-Request-Id"
RETRY_AFTER = "Retry-After"
ANSWER_HEADERS: Mapping[str, Schema] = {
    REQUEST_ID: {
        "description": "The id of the request, as the log line has it.",
        "required": True,
        "schema": {"type": "string"},
    },
    RETRY_AFTER: {
        "description": "Seconds to wait before the next request.",
        "required": True,
        "schema": {"type": "integer", "format": "int64"},
    },
    "WWW-Authenticate": {"description": "`Bearer`.", "required": True, "schema": {"type": "string"}},
    "Content-Disposition": {"description": "The name of the file.", "required": True, "schema": {"type": "string"}},
    "X-Export-Total": {
        "description": "How many logs follow. The trailer `X-Export-Count` says how many were sent.",
        "required": True,
        "schema": {"type": "integer", "format": "int64"},
    },
    "X-Export-Message": {
        "description": "What `message` has in other answers.",
        "required": False,
        "schema": {"type": "string"},
    },
}


ID_IN_PATH: Schema = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The gateway's `id` of the log.",
    "schema": {"type": "string", "format": "int64"},
}


class Answer(Struct, frozen=True):
    """The answer 200 of a route: the envelope around a model, or another format."""

    description: str
    data: Model | None = None
    example: Example = lambda _: None  # of the data
    content: Mapping[str, Schema] = {}  # by media type, where it is not the envelope
    headers: tuple[str, ...] = ()


class Failing(Struct, frozen=True):
    """An answer that is a failure."""

    name: str  # of the component
    description: str
    message: str
    headers: tuple[str, ...] = ()


FAILURES: Mapping[str, Failing] = {
    "400": Failing("Invalid", "A parameter is wrong.", "per_page=500: must be a whole number from 1 to 100"),
    "401": Failing(
        "Unauthorized",
        "No key, or an unknown one.",
        "no key, or an unknown one: send it as `Authorization: Bearer <key>`",
        ("WWW-Authenticate",),
    ),
    "403": Failing(
        "Forbidden",
        "The key reads another group.",
        "this key reads the logs of its own group only: /api/log/{group}/search",
    ),
    "404": Failing(
        "NotFound",
        "No such path, or no such log.",
        "there is nothing at this path: the searches are /api/logs/search and /api/log/{group}/search",
    ),
    "408": Failing("TooSlow", "The request was not complete in time.", "the request was not complete in time"),
    "429": Failing(
        "TooMany",
        "A limit of the key is reached.",
        "this key may send 5 requests per second: try again in 1 s",
        (RETRY_AFTER,),
    ),
    "431": Failing(
        "TooLarge",
        "The request line and the headers are too large.",
        "the request line and the headers together are limited to 131072 bytes",
    ),
    "500": Failing("Failed", "An unexpected error.", MESSAGES[500]),
    "503": Failing(
        "Unavailable",
        "Elasticsearch is away or overloaded.",
        "Elasticsearch does not answer at the moment: try again in a moment",
        (RETRY_AFTER,),
    ),
    "504": Failing("TimedOut", "The search timed out.", "the search timed out: narrow the time window or the query"),
}
OF_LOGS = tuple(FAILURES)
WITHOUT_LOGS = ("400", "401", "403", "408", "429", "431", "500", "503")
WITHOUT_KEY = ("400", "403", "408", "431", "500", "503")


class Documented(Struct, frozen=True):
    """What the document says about a route, beside its path, its name and its summary."""

    success: Answer
    parameters: tuple[Schema, ...] = ()  # without the group in the path
    failures: tuple[str, ...] = OF_LOGS
    needs_key: bool = True


def documented(success: Answer, *, failures: tuple[str, ...] = OF_LOGS, needs_key: bool = True) -> dict[str, Any]:
    """Return the documentation of a route without parameters, as keyword arguments of FastAPI."""
    return attached(Documented(success, failures=failures, needs_key=needs_key))


def attached(documented: Documented) -> dict[str, Any]:
    """Return the documentation of a route as keyword arguments of FastAPI, which only keeps it."""
    return {"openapi_extra": {"documented": documented}}


def success_response(success: Answer, times: Times) -> Schema:
    """Return the answer 200 as OpenAPI writes it."""
    headers = {name: _header(name) for name in (REQUEST_ID, *success.headers)}
    return {"description": success.description, "headers": headers, "content": _content(success, times)}


def _content(success: Answer, times: Times) -> Schema:
    if success.data is None:
        return dict(success.content)
    example = {"data": success.example(times), "message": "", "success": True}
    return {"application/json": {"schema": reference(f"{success.data.__name__}Answer"), "example": example}}


def failure_response(failing: Failing) -> Schema:
    """Return a failure as OpenAPI writes it."""
    content = {"schema": reference("Failure"), "example": {"message": failing.message, "success": False}}
    return {
        "description": failing.description,
        "headers": {name: _header(name) for name in (REQUEST_ID, *failing.headers)},
        "content": {"application/json": content},
    }


def _header(name: str) -> Schema:
    return {"$ref": f"#/components/headers/{name}"}
