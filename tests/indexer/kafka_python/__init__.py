"""Tests of indexer/kafka_python."""
