"""`python -m bench search`: the API against the bare Elasticsearch requests that it sends.

`run`          the benchmark and its report
`searches`     the searches that are measured
`cases`        each search with the Elasticsearch requests behind it
`recorder`     record those requests, and send them again
`compare`      time both sides
`live_writes`  write documents while searches are measured
"""
