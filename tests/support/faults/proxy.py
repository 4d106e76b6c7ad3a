"""A TCP proxy between a program and a server, for faults that a real server cannot produce on demand."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65_536


class Wire:
    """A TCP proxy on a free loopback port. `state` may be changed at any time:

    "passing" forwards everything. "refusing" closes new connections at once. "silent" accepts requests and does
    not forward them. "cutting" forwards requests, and closes the connection after half of the first answer.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.state = "passing"
        self.cuts = 0
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The URL that clients use in place of the server's."""
        return f"http://127.0.0.1:{self.port}"

    def become(self, state: str) -> None:
        """Change the state, and close the open connections."""
        self.state = state
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop listening, and close the open connections."""
        self.become("refusing")
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self.state == "refusing":
                return
            with socket.create_connection(self._target) as server:
                self._open |= {client, server}
                answers = threading.Thread(target=self._pass_answers, args=(server, client), daemon=True)
                answers.start()
                self._pass(client, server)
                answers.join()
                self._open -= {client, server}

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if self.state != "silent":
                    target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _pass_answers(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if self.state == "cutting":
                    self.cuts += 1
                    target.sendall(data[: len(data) // 2])
                    break
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire_to(url: str) -> Iterator[Wire]:
    """Yield a proxy before the server at an http:// URL."""
    host, _, port = url.removeprefix("http://").partition(":")
    wire = Wire(host, int(port))
    try:
        yield wire
    finally:
        wire.close()
