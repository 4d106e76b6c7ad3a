"""Maven coordinates in, jar files on this machine out: the one place that names the servers' versions."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo

from stack.problem import StackError

ELASTICSEARCH_VERSION = "9.5.2"
KAFKA_VERSION = "4.1.1"

ELASTICSEARCH = f"org.elasticsearch:elasticsearch:{ELASTICSEARCH_VERSION}"
NETTY_TRANSPORT = f"org.elasticsearch.plugin:transport-netty4:{ELASTICSEARCH_VERSION}"
KAFKA = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
KAFKA_LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3"  # without it the broker logs nothing at all
COMPILER = "org.eclipse.jdt:ecj:3.43.0"


def fetch(coordinate: str) -> list[Path]:
    """Give the jar of the coordinate, then those it needs, downloading what is not in ~/.m2 yet.

    One coordinate at a time: resolved together, one project's managed versions would replace the other's.
    """
    try:
        with ThreadPoolExecutor(8) as downloads:
            return list(downloads.map(lambda artifact: Path(artifact.resolve()), jgo.resolve(coordinate)))
    except Exception as error:  # jgo and what it stands on raise a dozen unrelated types
        reason = str(error).partition("\n")[0]
        raise StackError(
            f"Could not download {coordinate} from the Maven registry ({reason}): "
            "check the network or the proxy, then start again."
        ) from error
