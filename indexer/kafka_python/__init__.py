"""Faults of kafka-python 3.0.12, each worked around here and nowhere else. The release is pinned exactly.

`workarounds` of the consumer and the producer, `record_writer` records of which one may be too large, `portion` bounds
a poll by bytes. `damaged` finds the batches of a fetch, `batch_records` reads their records while `unpack` (with
`raw_snappy`) unpacks them, `unreadable` is what replaces a record that cannot be read.
"""
