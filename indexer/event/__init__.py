"""Pure: the bytes of a record to one bulk operation."""
