"""The key of a request: its name, and what it may read. The key itself is kept nowhere, only its digest."""

from msgspec import Struct


class Key(Struct, frozen=True):
    """A configured key, as it opens one group's logs or all logs."""

    digest: bytes  # SHA-256; empty where no key is configured
    name: str = ""  # for log lines
    group: str | None = None  # None: the logs of all groups
    ends_ms: int | None = None  # epoch ms from which it no longer works
    bodies: bool = True  # it may read, and search, the two bodies
    export: bool = True  # it may export

    @property
    def kind(self) -> str:
        """Return the kind of key, for the log line; "" where no key is configured."""
        if not self.digest:
            return ""
        return "admin" if self.group is None else "group"

    def is_within(self, other: "Key") -> bool:
        """Tell whether another key opens the same logs with all the rights of this one."""
        return self.group == other.group and self.bodies <= other.bodies and self.export <= other.export


NO_KEY = Key(b"")  # where no key is configured: the settings allow that on loopback only
