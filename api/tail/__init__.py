"""New logs as they become searchable, as server-sent events."""
