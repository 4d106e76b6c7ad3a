"""Benchmarks of the indexer and the API. Not shipped.

`__main__`     the command line: which benchmarks run, how large they are
`settings`     settings from the environment
`servers`      the Elasticsearch and Kafka to measure on
`machine`      hardware and versions, for the report
`data/`        events in a topic, documents in Elasticsearch
`programs`     indexer and API as child processes
`ingest/`      `python -m bench ingest`: the indexer against raw `_bulk` requests
`search/`      `python -m bench search`: the API against the bare Elasticsearch requests
`overload/`    `python -m bench overload`: more requests than the API can serve
`console/`     `python -m bench console`: the page in Chromium
`mapping/`     `python -m bench mapping`: the mapping against that of version 2
`periods`      `python -m bench periods`: an index for each day, week or month
`reading`      `python -m bench.reading`: reading what bodies say
`usage`        CPU time and memory of a process
`percentiles`  percentiles of measured times
`tables`       tables in Markdown
"""
