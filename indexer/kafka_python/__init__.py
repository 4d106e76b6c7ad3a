"""Faults of kafka-python 3.0.12, each worked around here and nowhere else. The release is pinned exactly.

`workarounds` of the consumer and the producer, `record_writer` records of which one may be too large, `damaged` batches
and headers that cannot be decoded.
"""
