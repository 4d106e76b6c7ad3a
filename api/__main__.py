"""`python -m api`: serve until SIGTERM or Ctrl-C. `python -m api key` makes a key."""

from service.early_exit import exit_on_signals

exit_on_signals()  # before the libraries are loaded

import argparse
import gc
import os
import resource
import signal
import sys

import structlog
import uvicorn

from api.access.key_file import KeyEntry, written
from api.access.keyring import hashed, new_key
from api.app import create_app
from api.edge.admission import request_slots
from api.edge.protocol import ConnectionLimits, connection_factory
from api.metrics import ApiMetrics
from api.settings import ApiSettings
from service import logs
from service.settings import load

# The indexer accepts events nested 900 levels deep: decoding one here must not fail.
RECURSION_LIMIT = 5000
MAX_CONNECTIONS = 10_000
SPARE_FILES = 300  # file descriptors for connections to Elasticsearch and everything else
SHUTDOWN_S = 10  # for running requests to end


def _connections() -> int:
    """Return the connection limit: as many as the limit of open files allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return max(MAX_CONNECTIONS if most == resource.RLIM_INFINITY else min(most - SPARE_FILES, MAX_CONNECTIONS), 1)


def main() -> None:
    """Run the command of the arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m api", description="Serve the logs, configured by environment variables (docs/settings.md)."
    )
    commands = parser.add_subparsers(dest="command", title="commands")
    key = commands.add_parser("key", help="make a key: print it, and the hash to put into the settings")
    key.add_argument("--name", help="also print the entry for the key file, with this name")
    key.add_argument("--ends", help="its last day, such as 2026-12-31, or a time in RFC 3339; requires --name")
    key.add_argument("--no-bodies", action="store_true", help="it may not read bodies; requires --name")
    key.add_argument("--no-export", action="store_true", help="it may not export; requires --name")
    given = parser.parse_args()
    if given.command != "key":
        serve()
    elif not given.name and (given.ends or given.no_bodies or given.no_export):
        key.error("an end and rights need a name: add --name")
    else:
        make_key(given)


def make_key(given: argparse.Namespace) -> None:
    """Print a new key and its hash, and its entry for the key file where it has a name; nothing is stored."""
    key = new_key()
    lines = [f"key:  {key}", f"hash: {hashed(key)}"]
    if given.name:
        bodies, export = not given.no_bodies, not given.no_export
        entry = KeyEntry(given.name, sha256=hashed(key), ends=given.ends, bodies=bodies, export=export)
        try:
            lines.append(f"entry: {written(entry)}")
        except ValueError as error:
            sys.exit(f"python -m api key: {error}")
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def serve() -> None:
    """Run the service."""
    settings = load(ApiSettings)
    logs.configure()
    # The client opens a tracing span for every request, whether or not they are collected.
    os.environ.setdefault("OTEL_PYTHON_INSTRUMENTATION_ELASTICSEARCH_ENABLED", "false")
    sys.setrecursionlimit(RECURSION_LIMIT)
    # uvicorn raises the signal again after its shutdown; the exit code must be 0.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    readers = "holders of a key" if settings.keyring().is_locked else "this machine only, no key is configured"
    address = f"http://{settings.api_host}:{settings.api_port}"
    structlog.get_logger().info("serving", address=address, readers=readers)
    metrics, slots = ApiMetrics(), request_slots(settings.api_max_searches)
    limits = ConnectionLimits(settings.api_client_patience_s, _connections(), slots)
    app = create_app(settings, metrics, slots)
    # The collector would scan all modules time and again, and hold up every request for fifty milliseconds.
    gc.collect()
    gc.freeze()
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.api_port,
        http=connection_factory(limits, metrics),  # type: ignore[arg-type]  # any callable that returns a protocol
        loop="asyncio",  # uvloop reads more at one time, and health checks wait for it (decision 70)
        ws="none",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=SHUTDOWN_S,
        server_header=False,
    )


if __name__ == "__main__":
    main()
