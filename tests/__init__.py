"""The tests: a tree that mirrors the code, and `system` for what only whole programs show."""
