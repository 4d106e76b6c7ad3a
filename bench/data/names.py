"""Names of topics and aliases. All start with `bench-`, so that leftovers can be found."""

from uuid import uuid4


def new_name() -> str:
    """Return a name that has not been used before, valid for topics, consumer groups and aliases."""
    return f"bench-{uuid4().hex[:8]}"
