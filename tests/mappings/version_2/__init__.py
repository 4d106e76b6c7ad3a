"""The index of older releases."""
