"""Tests of indexer/commands."""
