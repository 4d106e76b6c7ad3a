"""`python -m bench ingest`: from Kafka to searchable documents, against raw `_bulk` requests.

`run`        the benchmark and its report
`raw`        time raw bulk requests
`trial`      find the options with which raw bulk requests are fastest
`indexer`    time the indexer
`redaction`  time the redaction of secrets
"""
