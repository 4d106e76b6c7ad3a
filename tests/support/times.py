"""Times that tests share."""

NOON_MS = 1_795_521_600_000  # 2026-11-24T12:00:00Z, epoch milliseconds
