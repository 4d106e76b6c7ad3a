"""What ends a benchmark early."""


class BenchError(Exception):
    """A sentence for the person at the terminal: a figure would be wrong, so there is none."""
