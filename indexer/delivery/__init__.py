"""From polled records to acknowledged documents.

`intake` records to operations, `queue` operations that are ready or wait, `pace` how large and how many requests are,
`sender` the threads that send them, `bulk` one request, `outcome` what an answer means for each operation, `siblings`
the operations of one record that holds several logs, `indices` the template and the indices, `maintenance` keeps both
in order, `signing_key` the key of redriven records.
"""
