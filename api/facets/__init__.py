"""The values of a field with their counts."""
