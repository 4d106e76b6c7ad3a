"""The data that benchmarks run on.

`names`                names of topics and aliases
`topic`                a Kafka topic filled with events
`documents`            events as the documents that the indexer would send
`bulk`                 bulk bodies, and sending them
`elasticsearch_admin`  create, count and delete indices
`dataset`              generated documents in Elasticsearch
"""
