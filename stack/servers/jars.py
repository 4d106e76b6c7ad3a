"""Versions of the servers, and the download of their jars by Maven coordinates."""

import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo

from stack.errors import CommandError

ELASTICSEARCH_VERSION = "9.5.2"
ELASTICSEARCH_VERSIONS = {"9": ELASTICSEARCH_VERSION, "8": "8.19.0"}  # by major version
KAFKA_VERSION = "4.1.1"

KAFKA = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
KAFKA_LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3"  # without it the broker does not log
COMPILER = "org.eclipse.jdt:ecj:3.43.0"
REPOSITORY = Path.home() / ".m2" / "repository"
RETRY_PAUSES_S = (1, 5, 15)  # of some hundred downloads, a registry refuses one now and then


def elasticsearch(version: str) -> str:
    """Return the coordinate of the server."""
    return f"org.elasticsearch:elasticsearch:{version}"


def netty_transport(version: str) -> str:
    """Return the coordinate of its HTTP and transport layer."""
    return f"org.elasticsearch.plugin:transport-netty4:{version}"


def fetch(coordinate: str) -> list[Path]:
    """Return the jar of the coordinate, then its dependencies; download those that are not in ~/.m2 yet.

    Raise CommandError when a download keeps failing. Resolve one coordinate at a time: together, the managed
    versions of one project would replace those of the other.
    """
    for pause_s in RETRY_PAUSES_S:
        try:
            return _resolve(coordinate)
        except Exception:  # noqa: BLE001  # jgo and its dependencies raise many unrelated types
            _remove_incomplete(REPOSITORY)
            time.sleep(pause_s)
    try:
        return _resolve(coordinate)
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise CommandError(
            f"Could not download {coordinate} from the Maven registry ({reason}): "
            "check the network or the proxy, then start again."
        ) from error


def _resolve(coordinate: str) -> list[Path]:
    with ThreadPoolExecutor(8) as downloads:
        found = list(downloads.map(lambda artifact: Path(artifact.resolve()), jgo.resolve(coordinate)))
    if broken := [jar.name for jar in found if not zipfile.is_zipfile(jar)]:
        raise OSError(f"incomplete file: {broken[0]}")
    return found


def _remove_incomplete(repository: Path) -> None:
    """Remove partial downloads: jgo writes to the final path, and uses any file that is there."""
    for jar in repository.rglob("*.jar"):
        if not zipfile.is_zipfile(jar):
            jar.unlink()
    for pom in repository.rglob("*.pom"):
        if b"</project>" not in pom.read_bytes():
            pom.unlink()
