"""The member of the consumer group.

`loop` polls, hands on, pauses and commits, `options` of its consumer, `assignment` partitions that come and go,
`backpressure` which partitions are paused, `lag` how far each is from its end, `parked` reads records again that had to
wait, `progress` up to which moment all records are finished, `progress_report` writes that for the API.
"""
