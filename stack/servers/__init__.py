"""Elasticsearch and Kafka as child processes."""
