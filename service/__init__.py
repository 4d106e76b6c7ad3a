"""What the programs share.

`settings` checked at start, `kafka_settings`, `logs`, `tracebacks`, `loopback` addresses.
"""
