"""Tests of indexer/delivery."""
