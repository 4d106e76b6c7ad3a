"""Tests of indexer/event."""
