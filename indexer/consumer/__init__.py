"""The member of the consumer group.

`loop` polls, hands on, pauses and commits, `assignment` partitions that come and go, `backpressure` which partitions
are paused.
"""
