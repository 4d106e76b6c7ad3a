"""Tests of indexer/dead_letters."""
