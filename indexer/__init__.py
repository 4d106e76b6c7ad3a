"""The indexer: events from Kafka into Elasticsearch. In the order in which a record passes them:

`__main__` and `settings` start the process, `assembly` puts the parts together. `consumer` polls, `shapes` maps what
other gateways write onto our event, `event` reads a record, `redaction` takes secrets out of it, `delivery` sends it to
Elasticsearch, `dead_letters` takes what is not a log, `offsets` says what may be committed, `causes` what records wait
for, `ledger` and `metrics` count how each record ends. Beside them: `health`, `watchdog`, the `commands` redrive and
replay, and `kafka_python` with workarounds for the Kafka client.
"""
