"""The machine and the versions that figures were measured on: figures of different machines cannot be compared."""

import os
import platform
import re
import time
from pathlib import Path

from bench.data.elasticsearch_admin import ElasticsearchAdmin
from bench.servers import MeasuredServers


def machine(servers: MeasuredServers) -> str:
    """Return a paragraph with the date, the hardware and the versions."""
    elasticsearch = ElasticsearchAdmin(servers.elasticsearch_url).version()
    return (
        f"{time.strftime('%Y-%m-%d')}: {_processor()}, {os.cpu_count()} cores, {_memory_gb()} GB of memory, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, Elasticsearch {elasticsearch} "
        f"(heap {servers.heap}), Kafka {servers.kafka_version}; servers, programs and benchmark on this one machine."
    )


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    match = re.search(r"model name\s*:\s*(.+)", file.read_text()) if file.exists() else None
    return match[1] if match else platform.machine()


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
