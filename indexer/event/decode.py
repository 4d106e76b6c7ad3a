"""Bytes in, a log that Elasticsearch accepts out, or the reason why it is not a log. Pure.

The value is not encoded again: its own bytes are sent after the checks. Only what an index cannot hold as it is written
(a time in a rare format, half a surrogate pair, a key that cannot be a field name) is rewritten.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from indexer.event.parse_errors import wrong_syntax, wrong_type
from indexer.redaction.redact import Redaction
from mappings.address import address_within
from mappings.body_text.assembly import BREAK
from mappings.body_text.kinds import text_of
from mappings.event import LogEvent, Price, RequestDetail, Usage
from mappings.index import OWN
from mappings.instant import DAY_MS, format_rfc3339, instant_ms, is_read_by_elasticsearch
from mappings.text import with_korean_apart

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
    # Fields of newer gateways, which are stored and not read; Elasticsearch accepts their names.
    upstream_id: Any = None
    amount: Any = None
    usage_context: Any = None
    prompt_cache_key: Any = None
    async_usage_status: Any = None


_known_event = msgspec.json.Decoder(_KnownEvent)
_event = msgspec.json.Decoder(LogEvent)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.encode
_NESTED = ("price", "usage", "request_detail")
_ROOT = frozenset(LogEvent.__struct_fields__)
_LONGEST_METADATA_KEY = 8000  # characters: a flattened key and value must fit into one term of 32,766 bytes
_NO_DETAIL = RequestDetail()
_NO_REDACTION = Redaction(())
_KOREAN = (b"\xe1", b"\xea", b"\xeb", b"\xec", b"\xed")  # first bytes of Hangul in UTF-8
_JAMO = re.compile(rb"\xe3[\x84-\x86]")  # single jamo, whose first byte is also that of kana
_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


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


def decode(value: bytes, window: Window, redaction: Redaction = _NO_REDACTION) -> Log:
    """Check the value of a record and return its log; raise InvalidEventError with the reason in words."""
    value, event = _parse(value)
    value, redacted = redaction.redact(value)
    if redacted:
        value, event = _parse(value)
    created_ms = _created_ms(event, window)
    request_ms = _moment("request_at", event.request_at)
    rewritten = _rewritten_fields(event, created_ms, request_ms)
    extra = _odd_metadata(event) | ({} if isinstance(event, _KnownEvent) else _odd_fields(value, event))
    own = _readable(event, value) | _duration(created_ms, request_ms) | _address(event)
    if rewritten or extra:
        value = _rewrite(value, rewritten, extra)
        own |= {"extra": _encode(extra).decode()} if extra else {}
    if redacted:
        own["redacted"] = redacted.total()
    return Log(_one_line(value), created_ms, event.id or 0, event.request_id or "", event.group or "", own, redacted)


def _parse(value: bytes) -> tuple[bytes, LogEvent]:
    try:
        return value, _known_event.decode(value)
    except (ValueError, RecursionError):  # an unknown key, as newer gateways send, or any error
        return _parse_any(value)


def _parse_any(value: bytes) -> tuple[bytes, LogEvent]:
    try:
        if not value.isascii():
            value.decode()  # msgspec does not check the text that it skips, and Elasticsearch would refuse it
        return value, _event.decode(value)
    except msgspec.ValidationError as error:
        raise InvalidEventError(f"not a log: {wrong_type(error)}") from None
    except UnicodeDecodeError:
        raise InvalidEventError("not JSON: the bytes are not UTF-8") from None
    except RecursionError:
        raise InvalidEventError("not usable: nested too deeply") from None
    except msgspec.DecodeError as error:
        repaired = _SURROGATE.sub(_whole_characters, value)
        if repaired != value:
            return _parse_any(repaired)
        raise InvalidEventError(f"not JSON: {wrong_syntax(error)}") from None


def _whole_characters(match: re.Match[bytes]) -> bytes:
    # Half a surrogate pair is legal JSON but not a character: it cannot be encoded in UTF-8.
    return b"\\ufffd" if match[1] else match[0]


def _created_ms(event: LogEvent, window: Window) -> int:
    created_ms = _moment("created_at", event.created_at)
    if created_ms is None:
        raise InvalidEventError("created_at is missing: it must be epoch milliseconds or RFC 3339")
    if not window.first_ms <= created_ms <= window.last_ms:
        raise InvalidEventError(
            f"created_at {format_rfc3339(created_ms)} is outside the accepted window,"
            f" {format_rfc3339(window.first_ms)} to {format_rfc3339(window.last_ms)}"
        )
    return created_ms


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
    """Return the duration of the call: a search could not compute it from two fields without a script."""
    if request_ms is None or request_ms > created_ms:
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


def _odd_metadata(event: LogEvent) -> dict[str, Any]:
    """Return the metadata whose keys are too long for a term of a flattened field, or hold its separator."""
    odd = [key for key in event.metadata or () if len(key) > _LONGEST_METADATA_KEY or "\0" in key]
    return {"metadata": {key: event.metadata[key] for key in odd}} if event.metadata and odd else {}


def _odd_fields(value: bytes, event: LogEvent) -> dict[str, Any]:
    """Return the fields whose names Elasticsearch reads as a path or refuses: "", "a.b", "_id", our own key.

    They are stored as one text beside the log, and the API puts them back. Only names at the root and in the mapped
    objects are read as paths; below an unknown key any name is accepted.
    """
    fields = _fields.decode(value)
    found: dict[str, Any] = {name: fields[name] for name in _odd_names(fields)}
    for name in _NESTED:
        if getattr(event, name) is not None:
            inner = _fields.decode(fields[name])
            if odd := _odd_names(inner):
                found[name] = {key: inner[key] for key in odd}
    return found


def _odd_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if "." in name or name[:1] == "_" or not name.strip() or name == OWN)


def _rewrite(value: bytes, times: Mapping[str, int | None], extra: Mapping[str, Any]) -> bytes:
    """Return the event with these fields rewritten and without its odd fields; everything else stays as it was."""
    fields = _fields.decode(value)
    kept: dict[str, Any] = {name: raw for name, raw in fields.items() if name not in extra or name in _ROOT}
    for name in extra.keys() & _ROOT:
        inner = _fields.decode(fields[name])
        kept[name] = {key: raw for key, raw in inner.items() if key not in extra[name]}
    return _encode({**kept, **times})


def _readable(event: LogEvent, value: bytes) -> dict[str, Any]:
    """Return second copies of the texts that are not searched as they are written (see mappings/body_text)."""
    korean = _may_be_korean(value)
    detail = event.request_detail or _NO_DETAIL
    found = {
        "content": _if_changed(event.content, event.content and text_of(event.content), korean),
        "request_body": _if_changed(detail.request_body, _text_of_body(detail.request_body), korean),
        "response_body": _if_changed(detail.response_body, _text_of_body(detail.response_body), korean),
    }
    given = {name: text for name, text in found.items() if text}
    return {"readable": given} if given else {}


def _text_of_body(body: str | None) -> str | None:
    if not body:
        return None
    text = text_of(body)
    # The analysis of bodies reads `\n` and `\"` by itself, also where they are no escapes any more.
    return text.replace("\\", "\\\\") if BREAK in text or "\\u" in body or "\\\\" in body else body


def _if_changed(written: str | None, text: str | None, korean: bool) -> list[str] | str | None:
    """Return what is searched of a text if it is not what is written: one text, or the texts of a stream."""
    if text and korean:
        text = with_korean_apart(text)
    if not text or text == written:
        return None
    return text.split(BREAK) if BREAK in text else text


def _may_be_korean(value: bytes) -> bool:
    # Searching for a few bytes costs a hundredth of checking every character, and most events hold no Korean.
    return value.isascii() or any(byte in value for byte in _KOREAN) or bool(_JAMO.search(value))


def _one_line(value: bytes) -> bytes:
    # Valid JSON has line breaks only between tokens. In a bulk body one would begin a new action: a value could delete
    # other logs.
    if b"\n" in value or b"\r" in value:
        value = value.replace(b"\n", b" ").replace(b"\r", b" ")
    return value.strip()
