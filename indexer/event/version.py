"""The version of a document: it orders the events of one log. Pure.

Elasticsearch keeps the event with the highest version (`external`). The later record wins: by its timestamp, and among
equal timestamps by its offset, then by its partition. A version has 63 bits:

    2 bits   0: the record has no timestamp; 1: it is before `created_at`; 2: it is at or after it; 3: beyond all sense
    3 bits   the width of the distance between the two
    16 to 43 bits: that distance, milliseconds, exact
    the rest: the offset, and 3 bits of the partition; where there is no usable timestamp these are all

All events of one log have the same `created_at`, so the distance orders them as the timestamp does. The closer it is,
the more bits the offset has: 39 within a minute, 29 within eighteen hours, 23 within fifty days, 12 beyond 8.7 years.
Only two records of one log with the same timestamp can be told apart by them, and only if the higher bits of their
offsets are the same.
"""

from indexer.event.origin import Origin

WIDTHS = (16, 22, 26, 30, 32, 35, 38, 43)  # bits of the distance
PARTITION_BITS = 3
_CODE_BITS = 61
_WIDTH_BITS = 3
_WIDTH_OF = tuple(next((n for n, width in enumerate(WIDTHS) if bits <= width), 7) for bits in range(64))
_NO_TIME, _BEFORE, _AFTER, _BEYOND = (kind << _CODE_BITS for kind in range(4))
_MAX_DISTANCE = (1 << WIDTHS[-1]) - 1


def version(origin: Origin, created_ms: int) -> int:
    """Return a number below 2**63 that is higher for the later record of a log created at this moment, epoch ms."""
    order = origin.offset << PARTITION_BITS | origin.partition & (1 << PARTITION_BITS) - 1
    distance = origin.timestamp_ms - created_ms
    size = abs(distance)
    if origin.timestamp_ms < 0 or size > _MAX_DISTANCE:
        return (_NO_TIME if origin.timestamp_ms < 0 else _BEYOND) | order & (1 << _CODE_BITS) - 1
    number = _WIDTH_OF[size.bit_length()]
    free = _CODE_BITS - _WIDTH_BITS - WIDTHS[number]
    high = number << WIDTHS[number] | size
    rest = order & (1 << free) - 1
    if distance < 0:
        return _BEFORE | ((1 << _CODE_BITS - free) - 1 - high) << free | rest
    return _AFTER | high << free | rest
