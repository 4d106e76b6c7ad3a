"""Elasticsearch and Kafka without Docker, the whole product with one command, and generated events. Not shipped.

`__main__`    the command line
`settings`    settings from the environment
`serve`       `python -m stack`: start the servers that do not run yet
`run`         `python -m stack run`: servers, indexer, API and feed
`feed`        `python -m stack feed`: write generated events to Kafka
`supervisor`  child processes of `run`: start, watch, stop
`endpoints`   the HTTP endpoints of indexer and API, as `run` asks them
`corpora`     the corpora of generated events: small and realistic
`events/`     generate events
`realistic/`  the bodies of the realistic corpus
`providers/`  bodies in the form of each provider
`servers/`    download, configure and run Elasticsearch and Kafka
`processes/`  child processes that end with their parent
`network/`    addresses, probes, an HTTP client and an HTTP proxy
`progress`    progress messages
`errors`      the error that ends a command
"""
