"""The newest errors in groups: bodies out, answers in. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from api.clauses import Body
from api.error_groups.folding import MAX_MESSAGE, folded, query_of
from api.query import count_body, matching, page_body
from api.request.params import SearchParams
from api.request.view import View
from api.store.answers import Hit
from mappings.instant import format_rfc3339, instant_ms

BARS = 24  # of the time that the groups cover
VALUES = 5  # of each field of a group
GROUP_FIELDS = ("channel", "model", "group", "code")


class ErrorGroupsParams(SearchParams, frozen=True, kw_only=True):
    """Which errors, and how many of them to read."""

    size: int = 20
    sample: int = 2_000

    def searched(self) -> Sequence["ErrorGroupsParams"]:
        """Return the parameters of what failed."""
        return (only_errors(self),)


class Failed(Struct, frozen=True):
    """What is read of one failed request; a field that is null is one that the event did not have."""

    created_at: int | str
    id: int | None = None
    request_id: str | None = None
    content: str | None = None
    channel: int | None = None
    model: str | None = None
    group: str | None = None
    code: int | None = None

    @property
    def characters(self) -> int:
        """Return the length of its texts."""
        return sum(len(text or "") for text in (self.request_id, self.content, self.model, self.group))


def error_bodies(view: View, params: ErrorGroupsParams) -> list[Body]:
    """Return the bodies: the newest errors with their sizes alone, and the number of all of them."""
    errors = only_errors(params)
    newest = structs.replace(errors, per_page=params.sample, include_detail=False)
    return [page_body(view, newest), count_body(matching(view, errors))]


def only_errors(params: ErrorGroupsParams) -> ErrorGroupsParams:
    """Return the parameters that leave out what succeeded."""
    return structs.replace(params, code_type="error")


def read_failed(hits: Iterable[Hit]) -> list[Failed]:
    """Return errors with as much of their messages as is folded."""
    return [_cut(_FAILED.decode(msgspec.json.encode(hit.source))) for hit in hits]


def grouped(errors: Sequence[Failed], total: int, size: int, fields: Sequence[str]) -> dict[str, Any]:
    """Return the groups of errors that are sorted newest first, the largest group first.

    `fields` are those whose values each group lists. `start` is the oldest error that was read: from there on the
    figures are exact.
    """
    times = [_ms(error) for error in errors]
    span = (times[-1], times[0]) if times else (0, 0)
    members = defaultdict[str, list[Failed]](list)
    for error in errors:
        members[folded(error.content or "")].append(error)
    ranked = sorted(members.items(), key=lambda member: -len(member[1]))
    return {
        "total": total,
        "read": len(errors),
        "start": format_rfc3339(span[0]) if errors else "",
        "end": format_rfc3339(span[1]) if errors else "",
        "distinct": len(ranked),
        "errors": [_group(message, those, len(errors), span, fields) for message, those in ranked[:size]],
    }


def _group(
    message: str, errors: Sequence[Failed], read: int, span: tuple[int, int], fields: Sequence[str]
) -> dict[str, Any]:
    newest = errors[0]
    return {
        "message": message,
        "query": query_of(message),
        "count": len(errors),
        "share": round(len(errors) / read, 6),
        "first": format_rfc3339(_ms(errors[-1])),
        "last": format_rfc3339(_ms(newest)),
        "bars": _bars(errors, span),
        **{field: _top(errors, field) for field in fields},
        "example": {"id": newest.id or 0, "request_id": newest.request_id or "", "content": newest.content or ""},
    }


def _cut(error: Failed) -> Failed:
    return structs.replace(error, content=(error.content or "")[:MAX_MESSAGE])


def _top(errors: Sequence[Failed], field: str) -> dict[str, Any]:
    counted = Counter(value for error in errors if (value := getattr(error, field)))
    values = [{"value": value, "count": count} for value, count in counted.most_common(VALUES)]
    return {"values": values, "distinct": len(counted)}


def _bars(errors: Sequence[Failed], span: tuple[int, int]) -> list[int]:
    counts = [0] * BARS
    length = span[1] - span[0] + 1
    for error in errors:
        counts[(_ms(error) - span[0]) * BARS // length] += 1
    return counts


def _ms(error: Failed) -> int:
    return instant_ms(error.created_at) or 0


_FAILED = msgspec.json.Decoder(Failed)
