"""The indexer against raw `_bulk`."""
