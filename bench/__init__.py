"""How fast it is: the indexer against raw `_bulk`, the API against bare searches, periods of an index (not shipped)."""
