"""From polled records to acknowledged documents.

`intake` records to operations, `queue` operations that are ready or wait, `pace` how large and how many requests are,
`sender` the threads that send them, `bulk` one request, `outcome` what an answer means for each operation, `siblings`
the operations of one record that holds several logs, `indices` each index before its first log, `write_aliases` creates
it once for all programs, `index_budget` how many there may be, `index_template` their template, `maintenance` keeps all
this in order, `signing_key` the key of redriven records.
"""
