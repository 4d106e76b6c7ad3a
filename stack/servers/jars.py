"""Maven coordinates in, jar files on this machine out: the one place that names the servers' versions."""

import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo

from stack.errors import StackError

ELASTICSEARCH_VERSION = "9.5.2"
KAFKA_VERSION = "4.1.1"

ELASTICSEARCH = f"org.elasticsearch:elasticsearch:{ELASTICSEARCH_VERSION}"
NETTY_TRANSPORT = f"org.elasticsearch.plugin:transport-netty4:{ELASTICSEARCH_VERSION}"
KAFKA = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
KAFKA_LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3"  # without it the broker logs nothing at all
COMPILER = "org.eclipse.jdt:ecj:3.43.0"
REPOSITORY = Path.home() / ".m2" / "repository"
PAUSES_S = (1, 5, 15)  # some hundred files are fetched, and a registry refuses one of them now and then


def fetch(coordinate: str) -> list[Path]:
    """Give the jar of the coordinate, then those it needs, downloading what is not in ~/.m2 yet.

    One coordinate at a time: resolved together, one project's managed versions would replace the other's.
    """
    for pause_s in PAUSES_S:
        try:
            return _resolve(coordinate)
        except Exception:  # noqa: BLE001 - jgo and what it stands on raise a dozen unrelated types
            _remove_halves(REPOSITORY)
            time.sleep(pause_s)
    try:
        return _resolve(coordinate)
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise StackError(
            f"Could not download {coordinate} from the Maven registry ({reason}): "
            "check the network or the proxy, then start again."
        ) from error


def _resolve(coordinate: str) -> list[Path]:
    with ThreadPoolExecutor(8) as downloads:
        found = list(downloads.map(lambda artifact: Path(artifact.resolve()), jgo.resolve(coordinate)))
    if broken := [jar.name for jar in found if not zipfile.is_zipfile(jar)]:
        raise OSError(f"half a file: {broken[0]}")
    return found


def _remove_halves(repository: Path) -> None:
    """Remove what broke off: jgo writes to the final place, and takes whatever is there."""
    for jar in repository.rglob("*.jar"):
        if not zipfile.is_zipfile(jar):
            jar.unlink()
    for pom in repository.rglob("*.pom"):
        if b"</project>" not in pom.read_bytes():
            pom.unlink()
