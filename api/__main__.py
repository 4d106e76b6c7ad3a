"""`python -m api`: read the settings, serve until SIGTERM or Ctrl-C. `python -m api key` makes a key."""

import argparse
import os
import resource
import signal
import sys

import structlog
import uvicorn

from api.access.keyring import hashed, new_key
from api.app import create_app
from api.edge.protocol import protocol
from api.settings import ApiSettings
from service import logs
from service.settings import load

# The indexer takes events nested 900 levels deep; decoding one here must never be what fails.
RECURSION_LIMIT = 5000
MAX_CONNECTIONS = 10_000
SPARE_FILES = 300  # connections to Elasticsearch, and what else a program opens
GRACE_S = 10  # for requests that are being answered when the program is told to end


def _connections() -> int:
    """Return how many clients fit: as many files as the system lets us open, less some for Elasticsearch."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return max(MAX_CONNECTIONS if most == resource.RLIM_INFINITY else min(most - SPARE_FILES, MAX_CONNECTIONS), 1)


def main() -> None:
    """Run what the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m api", description="Serve the logs, with the settings of README.")
    commands = parser.add_subparsers(dest="command", title="or instead")
    commands.add_parser("key", help="make a key: print it, and its hash, by which the service knows it")
    run = make_key if parser.parse_args().command == "key" else serve
    run()


def make_key() -> None:
    """Print a new key, and what the settings are to hold of it; it is kept nowhere."""
    key = new_key()
    sys.stdout.write(f"key:  {key}\nhash: {hashed(key)}\n")


def serve() -> None:
    """Run the service."""
    settings = load(ApiSettings)
    logs.configure()
    # The client opens a tracing span for every request, whether or not anyone collects them.
    os.environ.setdefault("OTEL_PYTHON_INSTRUMENTATION_ELASTICSEARCH_ENABLED", "false")
    sys.setrecursionlimit(RECURSION_LIMIT)
    # uvicorn raises the signal again when it has shut down; to be told to end is no failure.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    readers = "whoever has a key" if settings.keyring().is_locked else "this machine only: no key is configured"
    address = f"http://{settings.api_host}:{settings.api_port}"
    structlog.get_logger().info("serving", address=address, readers=readers)
    app = create_app(settings)
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.api_port,
        http=protocol(settings.api_client_patience_s, _connections(), app.state.gate, app.state.metrics),
        ws="none",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )


if __name__ == "__main__":
    main()
