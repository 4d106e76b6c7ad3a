"""New logs as they become searchable, as server-sent events.

`routes` the endpoint, `stream` one tail, `pages` the logs of a shard after a position.
"""
