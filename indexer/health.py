"""The HTTP server of the indexer: /metrics, /healthz (the process runs), /readyz (with the reasons where not)."""

import json
import sys
from collections.abc import Callable
from errno import EADDRINUSE
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

_log = structlog.get_logger()


class Condition(NamedTuple):
    """What the indexer says of itself."""

    problems: list[str]  # why it is not ready
    notice: str  # what an operator should look at although it is ready


def start_server(
    host: str, port: int, registry: CollectorRegistry, state: Callable[[], Condition]
) -> ThreadingHTTPServer:
    """Serve in a thread of its own; where the port is in use another one is taken, so that several share a machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest(registry))
            elif self.path == "/healthz":
                self._say(200, "the process runs")
            elif self.path == "/readyz":
                self._say(*_readiness(state()))
            else:
                self._say(404, "there is nothing at this path: try /metrics, /healthz or /readyz")

        def _say(self, status: int, message: str) -> None:
            body = {"message": message, "success": status == 200}
            self._answer(status, "application/json", json.dumps(body, ensure_ascii=False).encode())

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Log nothing: probes come every few seconds."""

    server = _listen(host, port, Handler)
    Thread(target=server.serve_forever, name="health", daemon=True).start()
    _log.info("metrics and health", address=f"http://{host}:{server.server_port}")
    return server


def _readiness(state: Condition) -> tuple[int, str]:
    if state.problems:
        return 503, "; ".join(state.problems)
    return 200, f"ready: {state.notice}" if state.notice else "ready"


def _listen(host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer((host, port), handler)
    except OSError as error:
        if error.errno != EADDRINUSE:
            sys.exit(f"settings: INDEXER_METRICS_HOST={host}: {error.strerror}")
        _log.warning("INDEXER_METRICS_PORT is in use: another port is used", port=port)
        return ThreadingHTTPServer((host, 0), handler)
