"""The error that ends a command of `stack` or `bench`."""


class CommandError(Exception):
    """The command cannot go on. The message is one sentence for the user: what is wrong and what to do."""
