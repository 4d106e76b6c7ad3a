"""What a request may see, whatever its filters say."""

from msgspec import Struct

ALL_GROUPS = "all groups"
Snapshot = tuple[tuple[str, int], ...]  # index → the last `_seq_no` that is visible


class View(Struct, frozen=True):
    """The logs that a request may see: of one group or of all, now or as they were at one moment.

    No filter widens it, and no feature takes it apart: `api.query.scope` turns it into the clauses of every search.
    """

    group: str | None = None  # from the path; None: the logs of all groups
    snapshot: Snapshot | None = None  # None: whatever is searchable now
    bodies: bool = True  # False: the two bodies are neither answered nor searched

    @property
    def whose(self) -> str:
        """Return a name for those whose logs they are."""
        return ALL_GROUPS if self.group is None else f"group {self.group}"
