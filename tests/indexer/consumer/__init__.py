"""Tests of indexer/consumer."""
