"""Options of the consumers that read the topic."""

from typing import Any

from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

POLL_RECORDS = 1_000
CLOSE_MS = 5_000
CONSUMER: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "partition_assignment_strategy": (CooperativeStickyAssignor,),
    "heartbeat_interval_ms": 2_000,
    "max_poll_interval_ms": 300_000,
    # A fetch of partitions that were read to their end occupies the connection to the broker for this long, and other
    # partitions and end_offsets() on it wait. With the default of 500 the senders idled.
    "fetch_max_wait_ms": 50,
    "fetch_max_bytes": 8_000_000,  # these two limit memory, not speed
    "max_partition_fetch_bytes": 1_000_000,
    "max_poll_records": POLL_RECORDS,
    "reconnect_backoff_max_ms": 2_000,
    "isolation_level": "read_committed",
    "metadata_max_age_ms": 5_000,  # new topics and partitions are found within this time
    "bootstrap_timeout_ms": 5_000,
    "metrics_enabled": False,
}
