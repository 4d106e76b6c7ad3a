"""Bytes in, a log that Elasticsearch accepts out, or the reason why it is not a log. Pure.

The value is not encoded again: its own bytes are sent after the checks. Only what an index cannot hold as it is written
(a time in a rare format, half a surrogate pair, a key that cannot be a field name) is rewritten.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from indexer.event.cut_numbers import is_cut_by_a_double
from indexer.event.limits import TooMuchError, check_metadata, check_names
from indexer.event.odd_names import odd_fields, odd_metadata, rewritten_event
from indexer.event.parse_errors import wrong_syntax, wrong_type
from indexer.event.said import said
from indexer.event.text_checks import check_text, with_whole_characters
from indexer.event.whole_numbers import with_whole_numbers
from indexer.redaction.redact import Redaction
from mappings.address import address_within
from mappings.event import LogEvent, Price, RequestDetail, Scalar, Usage
from mappings.instant import DAY_MS, format_rfc3339, instant_ms, is_read_by_elasticsearch

LONGEST_CALL_MS = 7 * DAY_MS
KEPT_FOR_EVER_SINCE_MS = 1_420_070_400_000  # 2015-01-01; with unlimited retention, older logs come from wrong clocks


class _Price(Price, frozen=True, forbid_unknown_fields=True):
    """Without unknown keys."""


class _Usage(Usage, frozen=True, forbid_unknown_fields=True):
    """Without unknown keys."""


class _RequestDetail(RequestDetail, frozen=True, forbid_unknown_fields=True):
    """Without unknown keys."""


class _KnownEvent(LogEvent, frozen=True, forbid_unknown_fields=True):
    """A log without unknown keys: its names and the bytes that were not decoded need no further checks."""

    price: _Price | None = None
    usage: _Usage | None = None
    request_detail: _RequestDetail | None = None
    upstream_id: Scalar | None = None
    # Fields of newer gateways, which are stored and not read; Elasticsearch accepts their names. They are not decoded:
    # an object of Python may take thirty times the memory of its JSON.
    amount: msgspec.Raw | None = None
    usage_context: msgspec.Raw | None = None
    prompt_cache_key: msgspec.Raw | None = None
    async_usage_status: msgspec.Raw | None = None

    def undecoded(self) -> list[msgspec.Raw]:
        """Return those of these that it has: their text was not checked."""
        found = (self.amount, self.usage_context, self.prompt_cache_key, self.async_usage_status)
        return [field for field in found if field is not None]


_known_event = msgspec.json.Decoder(_KnownEvent)
_event = msgspec.json.Decoder(LogEvent)
_encode = msgspec.json.encode
_NO_REDACTION = Redaction(())


class InvalidEventError(Exception):
    """The value is not a log and belongs in the dead-letter topic. The text says why, without content of the event."""


class Window(NamedTuple):
    """The accepted window of `created_at`, epoch ms, both ends inclusive."""

    first_ms: int
    last_ms: int

    @classmethod
    def at(cls, now_ms: int, retention_days: int) -> "Window":
        """Return the window at this moment: from the retention ago to one day ahead. 0 days means kept for ever."""
        first = now_ms - retention_days * DAY_MS if retention_days else KEPT_FOR_EVER_SINCE_MS
        return cls(first, now_ms + DAY_MS)


class Log(NamedTuple):
    """A checked log: one JSON object on one line, and what its id and index derive from."""

    value: bytes
    created_ms: int
    id: int
    request_id: str
    group: str
    own: Mapping[str, Any]  # what the indexer adds to the event, beside the tie-breaker
    redacted: Counter[str]  # rule → secrets that were redacted
    number: int = 0  # its place in the record, which may hold several
    bodies: int = 0  # characters of the two bodies


def decode(value: bytes, window: Window, redaction: Redaction = _NO_REDACTION) -> Log:
    """Check the value of a record and return its log; raise InvalidEventError with the reason in words."""
    try:
        return _decode(value, window, redaction)
    except TooMuchError as error:
        raise InvalidEventError(str(error)) from None  # in our words


def _decode(value: bytes, window: Window, redaction: Redaction) -> Log:
    check_names(value)
    value, event = _parse(value)
    check_metadata(event.metadata)
    value, redacted = redaction.redact(value)
    if redacted:
        value, event = _parse(value)
    created_ms = _created_ms(event, window)
    request_ms = _moment("request_at", event.request_at)
    rewritten = _rewritten_fields(event, created_ms, request_ms)
    extra = odd_metadata(event) | (odd_fields(value, event) if _may_be_odd(event) else {})
    own = said(event, redaction) | _duration(created_ms, request_ms) | _address(event)
    if rewritten or extra:
        value = rewritten_event(value, rewritten, extra)
        own |= {"extra": _encode(extra).decode()} if extra else {}
    if redacted:
        own["redacted"] = redacted.total()
    value, names = _one_line(value), (event.request_id or "", event.group or "")
    return Log(value, created_ms, event.id or 0, *names, own, redacted, bodies=_characters_of_bodies(event))


def _may_be_odd(event: LogEvent) -> bool:
    return not isinstance(event, _KnownEvent) or any(map(is_cut_by_a_double, event.undecoded()))


def _characters_of_bodies(event: LogEvent) -> int:
    detail = event.request_detail or RequestDetail()
    return len(detail.request_body or "") + len(detail.response_body or "")


def _parse(value: bytes) -> tuple[bytes, LogEvent]:
    try:
        return value, _parse_known(value)
    except (ValueError, RecursionError):  # an unknown key, as newer gateways send, or any error
        return _parse_any(value)


def _parse_known(value: bytes) -> _KnownEvent:
    event = _known_event.decode(value)
    if event.undecoded():
        check_text(value)
    return event


def _parse_any(value: bytes) -> tuple[bytes, LogEvent]:
    try:
        check_text(value)
        return value, _event.decode(value)
    except msgspec.ValidationError as error:
        whole = with_whole_numbers(value)
        if whole is not value:
            return _parse_any(whole)
        raise InvalidEventError(f"not a log: {wrong_type(error)}") from None
    except UnicodeDecodeError:
        raise InvalidEventError("not JSON: the bytes are not UTF-8") from None
    except RecursionError:
        raise InvalidEventError("not usable: nested too deeply") from None
    except msgspec.DecodeError as error:
        repaired = with_whole_characters(value)
        if repaired != value:
            return _parse_any(repaired)
        raise InvalidEventError(f"not JSON: {wrong_syntax(error)}") from None


def _created_ms(event: LogEvent, window: Window) -> int:
    try:
        created_ms = _moment("created_at", event.created_at)
    except InvalidEventError as error:
        raise InvalidEventError(f"{error}{_other_unit(event.created_at, window)}") from None
    if created_ms is None:
        raise InvalidEventError("created_at is missing: it must be epoch milliseconds or RFC 3339")
    if not window.first_ms <= created_ms <= window.last_ms:
        raise InvalidEventError(
            f"created_at {format_rfc3339(created_ms)} is outside the accepted window,"
            f" {format_rfc3339(window.first_ms)} to {format_rfc3339(window.last_ms)}"
            f"{_other_unit(event.created_at, window)}"
        )
    return created_ms


def _other_unit(written: int | str | None, window: Window) -> str:
    """Say so where a time would be inside the window in another unit, as a wrong producer may write it."""
    if not isinstance(written, int):
        return ""
    read = {"seconds": written * 1000, "microseconds": written // 1000, "nanoseconds": written // 1_000_000}
    units = [unit for unit, moment in read.items() if window.first_ms <= moment <= window.last_ms]
    return f"; in {units[0]} it would be inside: epoch milliseconds are expected" if units else ""


def _moment(field: str, value: int | str | None) -> int | None:
    try:
        return instant_ms(value)
    except ValueError as error:
        raise InvalidEventError(f"{field}: {error}") from None


def _address(event: LogEvent) -> dict[str, str]:
    """Return the address of the client where `ip` is not one as it is written."""
    found = address_within(event.ip) if event.ip else None
    return {"address": found} if found else {}


def _duration(created_ms: int, request_ms: int | None) -> dict[str, Any]:
    """Return the duration of the call: a search could not compute it from two fields without a script.

    No call lasts a week: its `request_at` is wrong, such as a time in seconds, and would spoil every percentile.
    """
    if request_ms is None or not 0 <= created_ms - request_ms <= LONGEST_CALL_MS:
        return {}
    return {"duration_ms": created_ms - request_ms}


def _rewritten_fields(event: LogEvent, created_ms: int, request_ms: int | None) -> dict[str, int | None]:
    """Return the fields that Elasticsearch would refuse or sort wrongly, rewritten: epoch ms, or null for "none"."""
    found: dict[str, int | None] = {}
    if event.id == 0:
        found["id"] = None  # "the gateway gave none": the same as absent, also when sorting by id
    if _is_misread(event.created_at):
        found["created_at"] = created_ms
    if _is_misread(event.request_at) or (request_ms is None and event.request_at is not None):
        found["request_at"] = request_ms  # "none" must not be sorted as the year 1
    retry_ms = _moment("retry_at", event.retry_at)
    if _is_misread(event.retry_at):
        found["retry_at"] = retry_ms
    return found


def _is_misread(written: int | str | None) -> bool:
    return isinstance(written, str) and not is_read_by_elasticsearch(written)


def _one_line(value: bytes) -> bytes:
    # Valid JSON has line breaks only between tokens. In a bulk body one would begin a new action: a value could delete
    # other logs.
    if b"\n" in value or b"\r" in value:
        value = value.replace(b"\n", b" ").replace(b"\r", b" ")
    return value.strip()
