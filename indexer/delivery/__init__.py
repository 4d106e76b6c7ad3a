"""From polled records to acknowledged documents.

`batching` records to batches, `queue` batches that are ready or wait, `sender` the threads that send them, `bulk` one
request, `outcome` what an answer means for each operation, `indices` the template and the indices, `maintenance` keeps
both in order.
"""
