"""Time zones: a name or an offset in, times as they are written in that zone out. Pure."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from mappings.instant import EPOCH, GO_ZERO_MS, YEAR_10000_MS, format_rfc3339

NAMES = "a name such as Asia/Shanghai, an offset such as +08:00, or UTC"
NOT_OF_JAVA = frozenset({"EST", "Factory", "HST", "MST", "ROC", "localtime"})  # Elasticsearch refuses them
_OFFSET = re.compile(r"[ +-](0\d|1[0-7]):[0-5]\d", re.ASCII)


def read_zone(text: str) -> str:
    """Return a time zone as Elasticsearch accepts it; raise ValueError for any other text."""
    if _OFFSET.fullmatch(text):
        return text.replace(" ", "+")  # a `+` that was not percent-encoded arrives as a space
    if text not in _names():
        raise ValueError
    return text


def in_zone(milliseconds: int, zone: str) -> str:
    """Return a moment as RFC 3339 with the zone's offset, `2026-11-24T20:00:00.123+08:00`.

    A moment beyond the calendar becomes the first or the last of it.
    """
    milliseconds = min(max(milliseconds, GO_ZERO_MS), YEAR_10000_MS - 1)
    if zone == "UTC":
        return format_rfc3339(milliseconds)
    try:
        moment = (EPOCH + timedelta(milliseconds=milliseconds)).astimezone(_zone(zone))
    except OverflowError:  # on the first and the last day of the calendar
        return format_rfc3339(milliseconds)
    return moment.isoformat(timespec="milliseconds")


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones()) - NOT_OF_JAVA | {"UTC"}


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    if name[0] not in "+-":
        return UTC if name == "UTC" else ZoneInfo(name)
    minutes = int(name[1:3]) * 60 + int(name[4:6])
    return timezone(timedelta(minutes=-minutes if name[0] == "-" else minutes))
