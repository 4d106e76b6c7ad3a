"""The index: its settings and mappings, its names, and the period that a moment belongs to."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal

from mappings.instant import DAY_MS, EPOCH

Period = Literal["day", "week", "month"]

VERSION = 3  # of logs.json; raise it with every released change, so that an older indexer does not undo it
BODY: Mapping[str, Any] = json.loads(files("mappings").joinpath("logs.json").read_bytes())
OWN = "gateway_logs"  # the key that the indexer adds to an event and the API removes
TEXT = f"{OWN}.text"  # what a log says, as words (mappings/words): the content and the bodies, one value for each text
CONTENT_TEXT = f"{OWN}.content"  # the words of the content alone
EXACT = f"{OWN}.exact"  # the whole values that a query finds
TIE = f"{OWN}.tie"
REPEATS = f"{OWN}.repeats"  # about how often the most frequent word of a long text occurs

_FORMATS: Mapping[Period, str] = {"day": "%Y.%m.%d", "week": "%G.w%V", "month": "%Y.%m"}


def write_alias(alias: str, period: Period, created_ms: int) -> str:
    """Return the alias that a log of this moment is written to, such as `gateway-logs-2026.11.24`.

    It depends on the event's own time only, so a log that is delivered again goes to the same index.
    """
    return _name(alias, period, created_ms // DAY_MS)


def index_name(written_to: str, version: int = VERSION) -> str:
    """Return the index of a period: the name of its write alias, and the version of the mapping it is created with."""
    return f"{written_to}-v{version}"


def mapping_version(index: str) -> int | None:
    """Return the version of the mapping that an index was created with; None where its name does not say it."""
    match = re.search(r"-v(\d{1,9})$", index)
    return None if match is None else int(match[1])


def wider_periods(written_to: str) -> list[str]:
    """Return the names of the longer periods that a write alias lies in: of a day its month and its year."""
    match = re.fullmatch(r"(.*-\d{4})(\.\d\d)?\.w?\d\d", written_to)
    if match is None:
        return []
    year, month = match.groups()
    return [year + month, year] if month else [year]


def period_end_ms(alias: str, name: str) -> int | None:
    """Return the end of the period of an index or a write alias, exclusive, epoch ms; None for any other name."""
    match = re.fullmatch(re.escape(alias) + r"-(\d{4})(?:\.(?:w(\d\d)|(\d\d)(?:\.(\d\d))?))?(?:-v\d+)?", name)
    return None if match is None else _end(*match.groups())


def template(alias: str) -> dict[str, Any]:
    """Return the index template for the indices of this alias, identified by version and fingerprint."""
    return {
        "index_patterns": [f"{alias}-*"],
        "priority": 500
        + len(
            alias
        ),  # `logs-new-*` also matches `logs-*`: the longer name wins; Elasticsearch refuses equal priorities
        "version": VERSION,
        "_meta": {"owner": "gateway-logs", "fingerprint": fingerprint()},
        "template": BODY,
    }


def fingerprint() -> str:
    """Return twelve characters that change whenever logs.json changes."""
    return sha256(json.dumps(BODY, sort_keys=True).encode()).hexdigest()[:12]


@lru_cache(maxsize=4096)
def _name(alias: str, period: Period, day: int) -> str:
    # Whole days since the epoch, not a float: 23:59:59.999 must not be rounded up to the next day.
    return f"{alias}-{EPOCH + timedelta(days=day):{_FORMATS[period]}}"


def _end(year: str, week: str | None, month: str | None, day: str | None) -> int | None:
    try:
        return (_next(int(year), week, month, day) - EPOCH) // timedelta(milliseconds=1)
    except ValueError:  # a date that does not exist: not a name of ours
        return None


def _next(year: int, week: str | None, month: str | None, day: str | None) -> datetime:
    if week:
        return datetime.fromisocalendar(year, int(week), 1).replace(tzinfo=UTC) + timedelta(weeks=1)
    if month is None:
        return datetime(year + 1, 1, 1, tzinfo=UTC)
    if day:
        return datetime(year, int(month), int(day), tzinfo=UTC) + timedelta(days=1)
    return (datetime(year, int(month), 1, tzinfo=UTC) + timedelta(days=32)).replace(day=1)
