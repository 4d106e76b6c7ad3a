"""How many indices there may be, and which index a period gets that has none yet. Pure.

Elasticsearch limits the shards of a cluster, and every index costs memory. A period without a write alias gets an index
of its own, or shares that of a longer period. Its write alias records the choice, so it is made once.
"""

from collections.abc import Collection

from mappings.index import wider_periods
from mappings.instant import DAY_MS

NEWEST_MS = 31 * DAY_MS  # periods that ended so long ago are old
NEAR = 0.9  # of the budget: from there on an operator is told


def index_period(target: str, *, is_recent: bool, taken: Collection[str], most: int) -> str:
    """Return the name of the period whose index a new write alias gets: its own, or a longer one.

    `taken` are the periods that have an index. A recent period gets its own while there are fewer than `most`, and then
    that of its month. An older one gets its own while there are fewer than half as many, then its month's, and its
    year's when three quarters are taken; an index that exists already for its month or year comes first. Those of years
    do not count: there are a dozen at most.
    """
    wider, room = wider_periods(target), most - sum(1 for name in taken if wider_periods(name))
    if not wider or target in taken:
        return target
    if is_recent:
        return target if room > 0 else wider[0]
    if shared := [name for name in wider if name in taken]:
        return shared[0]
    if room > most // 2:
        return target
    return wider[0] if room > most // 4 else wider[-1]


def budget_notice(indices: int, most: int) -> str:
    """Return what an operator is told about the number of indices; "" while it is far from the limit."""
    if indices < most * NEAR:
        return ""
    return f"{indices} of {most} indices (INDEXER_MAX_INDICES): beyond them new periods share the index of their month"
