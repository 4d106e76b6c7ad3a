"""new-api: its table `logs`, which began as that of one-api; more is in the JSON of the column `other`. No bodies."""

from collections.abc import Mapping
from typing import Any

from indexer.shapes.values import FAILURE, SUCCESS, at, from_json, path_of, text, texts
from sources.tables.row_values import SECOND_MS, Row, amount_of, decimal, flag, integer, start_of, sum_of, words

CONSUME, ERROR = 2, 5  # of `type`
_METADATA = ("upstream_model_name", "reasoning_effort", "model_ratio", "group_ratio", "completion_ratio", "error_type")


def event_of(row: Row, _detail: Row | None) -> dict[str, Any] | None:
    """Return the event of one row; None for one that is no call of a model, such as a top-up."""
    kind = integer(row.get("type"))
    if kind not in (CONSUME, ERROR):
        return None
    created = integer(row.get("created_at"))
    end_ms = None if created is None else created * SECOND_MS
    lasted = decimal(row.get("use_time"))
    other = from_json(row.get("other"))
    return {
        "id": integer(row.get("id")),
        "request_id": words(row.get("request_id")),
        "created_at": end_ms,
        "request_at": start_of(end_ms, lasted and lasted * SECOND_MS),
        "group": words(row.get("group")) or words(row.get("username")),
        "user": words(row.get("username")),
        "token_name": words(row.get("token_name")),
        "token_id": integer(row.get("token_id")),
        "model": words(row.get("model_name")),
        "channel": integer(row.get("channel_id")),
        "endpoint": path_of(at(other, "request_path")),
        "ip": words(row.get("ip")),
        "code": SUCCESS if kind == CONSUME else integer(at(other, "status_code")) or FAILURE,
        "content": words(row.get("content")),
        "ttfb_milliseconds": _first_byte(other),
        "used_amount": amount_of(row.get("quota")),
        "usage": _usage(row, other),
        "metadata": _metadata(row, other, kind),
    }


def _first_byte(other: Any) -> int | None:
    """Return the time to the first byte; new-api writes -1000 where there was none."""
    found = integer(at(other, "frt"))
    return found if found and found > 0 else None


def _usage(row: Row, other: Any) -> dict[str, Any]:
    sent, received = integer(row.get("prompt_tokens")), integer(row.get("completion_tokens"))
    return {
        "input_tokens": sent,
        "output_tokens": received,
        "total_tokens": sum_of(sent, received),
        "cached_tokens": integer(at(other, "cache_tokens")),
        "cache_creation_tokens": integer(at(other, "cache_creation_tokens")),
    }


def _metadata(row: Row, other: Any, kind: int | None) -> dict[str, str]:
    is_stream = flag(row.get("is_stream"))
    named = {name: text(other.get(name)) for name in _METADATA} if isinstance(other, Mapping) else {}
    named["response_model"] = named.pop("upstream_model_name", None)
    return texts({"type": kind, "stream": is_stream, "channel_name": row.get("channel_name"), **named})
