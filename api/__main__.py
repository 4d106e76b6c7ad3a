"""`python -m api`: read the settings, serve until SIGTERM or Ctrl-C."""

import os
import signal
import sys

import structlog
import uvicorn

from api.app import create_app
from api.settings import ApiSettings
from api.wire import LenientProtocol
from service import logs
from service.settings import load

# The indexer takes events nested 900 levels deep; decoding one here must never be what fails.
RECURSION_LIMIT = 5000
GRACE_S = 10  # for requests that are being answered when the program is told to end


def main() -> None:
    """Run the program."""
    settings = load(ApiSettings)
    logs.configure()
    # The client opens a tracing span for every request, whether or not anyone collects them.
    os.environ.setdefault("OTEL_PYTHON_INSTRUMENTATION_ELASTICSEARCH_ENABLED", "false")
    sys.setrecursionlimit(RECURSION_LIMIT)
    # uvicorn raises the signal again when it has shut down; to be told to end is no failure.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    readers = "whoever has a key" if settings.keys() else "this machine only: no key is configured"
    address = f"http://{settings.api_host}:{settings.api_port}"
    structlog.get_logger().info("serving", address=address, readers=readers)
    uvicorn.run(
        create_app(settings),
        host=settings.api_host,
        port=settings.api_port,
        http=LenientProtocol,
        ws="none",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )


if __name__ == "__main__":
    main()
