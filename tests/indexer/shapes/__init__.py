"""Tests of indexer/shapes: what each source writes, and the event that it becomes."""
