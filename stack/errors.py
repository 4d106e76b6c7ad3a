"""The one exception that a person at the terminal gets to read."""


class StackError(Exception):
    """Something the person can act on: one sentence that says what is wrong and what to do."""
