"""One request and what becomes of it: what the middleware, the routes and the connection tell each other."""

from time import perf_counter

from msgspec import Struct
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from api.edge.admission import Slot
from api.edge.headers import add_safety
from api.edge.key import NO_KEY, Key
from api.edge.protocol import CONNECTION, LenientProtocol
from api.edge.request_id import request_id
from api.edge.target import search_path

CLIENT_GONE = 499  # the status in metrics and log lines where the client disconnected before its answer
_KEY = "exchange"  # in the state of the scope


class Reading(Struct):
    """Logs that were read, for the audit."""

    parameters: tuple[str, ...]
    bodies: bool
    count: int = 0  # logs
    is_complete: bool = True


class Exchange:
    """One request; the middleware puts it into the scope, `exchange_of` finds it there."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.started_s = perf_counter()
        self.status = CLIENT_GONE
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.request_id = request_id(scope["headers"])
        self.presented: tuple[Key, ...] = ()  # what the key that it presents opens
        self.key = NO_KEY  # as it opens the path, once the request is admitted
        self.reason = ""  # of a failure, for the log line
        self.reading: Reading | None = None  # for the audit
        self.slot: Slot | None = None  # of admission
        self._send = send
        # A copy: uvicorn still knows that it answers HEAD, and sends no body.
        method = "GET" if self.is_head else self.method
        self.scope: Scope = {**scope, "method": method, "path": search_path(scope)}
        self.scope["state"] = {**scope.get("state", {}), _KEY: self}

    @property
    def is_head(self) -> bool:
        """Tell whether only the head of the answer is wanted."""
        return self.method == "HEAD"

    @property
    def connection(self) -> LenientProtocol:
        """Return the connection that the request came on."""
        connection: LenientProtocol = self.scope["extensions"][CONNECTION]
        return connection

    @property
    def is_answering(self) -> bool:
        """Tell whether the head of the answer was sent."""
        return self.status != CLIENT_GONE

    @property
    def route(self) -> str:
        """Return the path of the route as the documentation writes it; "none" where there is no such path."""
        return getattr(self.scope.get("route"), "path_format", "none")

    async def send(self, message: Message) -> None:
        """Send a part of the answer, with the headers of every answer in its head."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.request_id
            add_safety(headers)
        elif not message.get("more_body"):
            # The last byte is sent when the client has read the rest. Until then the request keeps its slot, and no
            # longer: the client may send its next request at once.
            body: bytes = message.get("body", b"")
            if len(body) > 1:
                await self._send({**message, "body": body[:-1], "more_body": True})
            message = {"type": message["type"], "body": body[-1:], "more_body": False}
            self.release_slot()
        await self._send(message)

    def release_slot(self) -> None:
        """Give the slot back: for an answer that goes on after its beginning and has a limit of its own."""
        if self.slot:
            self.slot.release()


def exchange_of(scope: Scope) -> Exchange:
    """Return the exchange of a request."""
    exchange: Exchange = scope["state"][_KEY]
    return exchange
