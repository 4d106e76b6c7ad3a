"""What the programs share.

`early_exit` while they load, `settings` checked at start, `kafka_settings`, `elasticsearch_version`, `logs`,
`tracebacks` without content, `loopback` addresses.
"""
