"""How a log was stored before mapping version 3: its id without the group, its version, and its readable copies. Pure.

An index that was created then keeps this form until it is deleted: with another id the same log would be a second
document, and versions that are counted differently cannot be compared. Delete this module when no index with `-v2` in
its name can be left.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from indexer.event.decode import Log
from indexer.event.origin import Origin
from mappings.event import LogEvent
from mappings.version_2.copies import copies

LAST_OF_LAYOUT_2 = 2  # version of the mapping; the releases up to it know no other layout
OFFSET_BITS = 21
LAST_TIMESTAMP_MS = 2**42 - 1  # in the year 2109

_OF_LAYOUT_3 = frozenset(("text", "content", "repeats", "address"))
_event = msgspec.json.Decoder(LogEvent)


def identity_2(log: Log, origin: Origin) -> bytes:
    """Return twelve bytes that identify a log."""
    if log.id or log.request_id:
        name = f"{log.id}\0{log.request_id}"
    else:
        name = f"\0{origin.topic}\0{origin.partition}\0{origin.offset}" + (f"\0{log.number}" if log.number else "")
    return blake2b(name.encode(), digest_size=12).digest()


def version_2(origin: Origin) -> int:
    """Return a number that is higher for the later record: 42 bits of its timestamp, 21 bits of its offset."""
    timestamp_ms = min(max(origin.timestamp_ms, 0), LAST_TIMESTAMP_MS)
    return timestamp_ms << OFFSET_BITS | origin.offset & (1 << OFFSET_BITS) - 1


def own_2(log: Log) -> Mapping[str, Any]:
    """Return what was added to an event beside the tie-breaker."""
    own = {name: value for name, value in log.own.items() if name not in _OF_LAYOUT_3}
    # The event is read once more. That is needed for as long as logs of the days before the upgrade arrive.
    texts = copies(_event.decode(log.value))
    return own | {"readable": texts} if texts else own
