"""Elasticsearch and Kafka as child processes.

`jars`          download jars from the Maven registry; the versions of the servers
`installation`  compile the launcher and lay out the files, once for each machine
`server`        what nodes and brokers have in common: start, wait, stop, kill
`node`          an Elasticsearch node
`broker`        a Kafka broker
`cluster`       nodes and a broker together, for commands, benchmarks and tests
`java/`         a launcher for both servers, and the plugin that Elasticsearch's jars lack
"""
