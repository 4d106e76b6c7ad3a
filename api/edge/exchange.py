"""One request and what becomes of it: what the middleware, the routes and the connection tell each other."""

from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from api.edge.admission import Slot
from api.edge.protocol import CONNECTION, LenientProtocol
from api.edge.request_id import request_id

CLIENT_GONE = 499  # the status in metrics and log lines where the client disconnected before its answer
_KEY = "exchange"  # in the state of the scope


class Exchange:
    """One request; the middleware puts it into the scope, `exchange_of` finds it there."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.started_s = perf_counter()
        self.status = CLIENT_GONE
        self.request_id = request_id(scope["headers"])
        self.reader = ""  # the kind of key, for the log line
        self.reason = ""  # of a failure, for the log line
        self.slot: Slot | None = None  # of admission
        self._send = send
        scope.setdefault("state", {})[_KEY] = self

    @property
    def connection(self) -> LenientProtocol:
        """Return the connection that the request came on."""
        connection: LenientProtocol = self.scope["extensions"][CONNECTION]
        return connection

    @property
    def is_answering(self) -> bool:
        """Tell whether the head of the answer was sent."""
        return self.status != CLIENT_GONE

    async def send(self, message: Message) -> None:
        """Send a part of the answer, with the request id in its head."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Request-Id"] = self.request_id
        await self._send(message)

    def release_slot(self) -> None:
        """Give the slot back: for an answer that goes on after its beginning and has a limit of its own."""
        if self.slot:
            self.slot.release()


def exchange_of(scope: Scope) -> Exchange:
    """Return the exchange of a request."""
    exchange: Exchange = scope["state"][_KEY]
    return exchange
