"""Times: epoch milliseconds or RFC 3339 in, epoch milliseconds or RFC 3339 out."""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

Times = Literal["rfc3339", "epoch_ms"]  # how answers write the times of a log

DAY_MS = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GO_ZERO_MS = -62_135_596_800_000  # 0001-01-01T00:00:00Z, which a Go program writes for "no time"
YEAR_10000_MS = 253_402_300_800_000

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
# Elasticsearch parses only these: upper-case letters, nine digits, offsets up to 18 hours (java.time).
_ELASTICSEARCH = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-7]):[0-5]\d)",
    re.ASCII,
)


def instant_ms(value: int | str | None) -> int | None:
    """Return a time of an event as epoch ms; None for "none" (null, 0, "", the Go zero time).

    Raise ValueError for a text that is not RFC 3339 and for a moment outside the years 1 to 9999.
    """
    if value in (None, 0, ""):
        return None
    milliseconds = parse_rfc3339(value) if isinstance(value, str) else value
    if not GO_ZERO_MS <= milliseconds < YEAR_10000_MS:
        raise ValueError("a time outside the years 1 to 9999")
    return None if milliseconds == GO_ZERO_MS else milliseconds


def parse_rfc3339(text: str) -> int:
    """Return epoch milliseconds, further digits cut off; raise ValueError for anything but RFC 3339.

    A leap second (`:60`) is the first moment of the next minute.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 time")
    day, minute, second, fraction, offset = match.groups()
    if int(second) > 60:
        raise ValueError("not an RFC 3339 time: second out of range")
    start = (datetime.fromisoformat(f"{day}T{minute}+00:00") - EPOCH) // timedelta(milliseconds=1)
    return start + int(second) * 1000 + int((fraction or "0")[:3].ljust(3, "0")) - _offset_ms(offset)


def is_read_by_elasticsearch(text: str) -> bool:
    """Tell whether a date field of Elasticsearch accepts this RFC 3339 time as it is written."""
    return _ELASTICSEARCH.fullmatch(text) is not None


def format_rfc3339(milliseconds: int) -> str:
    """Return RFC 3339 in UTC with milliseconds, `2026-11-23T08:00:00.123Z`; raise OverflowError past year 9999."""
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _offset_ms(text: str) -> int:
    if text in "Zz":
        return 0
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError("not an RFC 3339 time: offset out of range")
    size = (hours * 60 + minutes) * 60_000
    return -size if text[0] == "-" else size
