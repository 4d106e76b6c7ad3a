"""What the programs share.

`early_exit` while they load, `settings` checked at start, `kafka_settings`, `elasticsearch_version`, `logs`, with
`control_characters` and `tracebacks` in them, `loopback` addresses, `signing_key` the key of an alias,
`allocator` memory that goes back to the system.
"""
