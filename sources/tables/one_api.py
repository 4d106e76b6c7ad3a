"""one-api: its table `logs`. It holds no bodies, and beside calls it holds top-ups and what administrators do."""

from typing import Any

from indexer.shapes.values import SUCCESS
from sources.tables.row_values import SECOND_MS, Row, amount_of, flag, integer, start_of, sum_of, words

CONSUME, TEST = 2, 5  # of `type`: a call, and a call that an administrator makes to test a channel


def event_of(row: Row, _detail: Row | None) -> dict[str, Any] | None:
    """Return the event of one row; None for one that is no call of a model."""
    kind = integer(row.get("type"))
    if kind not in (CONSUME, TEST):
        return None
    created = integer(row.get("created_at"))
    end_ms = None if created is None else created * SECOND_MS
    sent, received = integer(row.get("prompt_tokens")), integer(row.get("completion_tokens"))
    return {
        "id": integer(row.get("id")),
        "request_id": words(row.get("request_id")),
        "created_at": end_ms,
        "request_at": start_of(end_ms, row.get("elapsed_time")),
        "group": words(row.get("username")) or words(row.get("user_id")),
        "user": words(row.get("username")),
        "token_name": words(row.get("token_name")),
        "model": words(row.get("model_name")),
        "channel": integer(row.get("channel_id")),
        "code": SUCCESS,
        "content": words(row.get("content")),
        "used_amount": amount_of(row.get("quota")),
        "usage": {
            "input_tokens": sent,
            "output_tokens": received,
            "total_tokens": sum_of(sent, received),
        },
        "metadata": {"type": str(kind)} | _stream(row),
    }


def _stream(row: Row) -> dict[str, str]:
    is_stream = flag(row.get("is_stream"))
    return {} if is_stream is None else {"stream": str(is_stream).lower()}
