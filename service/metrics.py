"""The registry of a program's metrics: what every program tells of its process and of its release."""

import platform
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Info, ProcessCollector, disable_created_metrics


def new_registry() -> CollectorRegistry:
    """Return a registry with `process_*` and `gateway_logs_build_info`."""
    # `_created` is one more series for each counter and histogram, which no query reads.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    build = Info("gateway_logs_build", "The release that runs.", registry=registry)
    build.info({"version": version("gateway-logs"), "python": platform.python_version()})
    return registry
