"""aiproxy: its table `logs`, and the bodies in `request_details`. Its rows are our events, but for some names."""

from typing import Any

from mappings.event import Price, Usage
from sources.tables.row_values import Row, decimals, flag, integer, integers, strings, time_ms, words

PRICES = ("audio_input", "video_input", "image_output", "audio_output")  # of newer versions
USED = ("audio_input", "video_input", "image_output", "audio_output")
AMOUNTS = (
    "input",
    "image_input",
    "audio_input",
    "video_input",
    "output",
    "image_output",
    "audio_output",
    "cached",
    "cache_creation",
    "web_search",
    "used",
)
CONTEXT = ("resolution", "native_resolution", "quality", "service_tier")
CONTEXT_FLAGS = ("input_media", "input_video", "output_audio")


def event_of(row: Row, detail: Row | None) -> dict[str, Any]:
    """Return the event of one row, with its bodies where the gateway has kept them."""
    return {
        "id": integer(row.get("id")),
        "request_id": words(row.get("request_id")),
        "upstream_id": words(row.get("upstream_id")),
        "created_at": time_ms(row.get("created_at")),
        "request_at": time_ms(row.get("request_at")),
        "retry_at": time_ms(row.get("retry_at")),
        "group": words(row.get("group_id")),
        "channel": integer(row.get("channel_id")),
        **{name: words(row.get(name)) for name in ("model", "token_name", "endpoint", "user", "ip", "content")},
        **integers(row, ("code", "mode", "token_id", "retry_times", "ttfb_milliseconds", "async_usage_status")),
        "used_amount": decimals(row, ("used_amount",))["used_amount"],
        "prompt_cache_key": words(row.get("prompt_cache_key")),
        "metadata": strings(row.get("metadata")),
        "price": _prices(row),
        "usage": integers(row, (*Usage.__struct_fields__, *(f"{name}_tokens" for name in USED))),
        "amount": decimals(row, (f"{name}_amount" for name in AMOUNTS)),
        "usage_context": {name: words(row.get(name)) for name in CONTEXT}
        | {name: flag(row.get(name)) for name in CONTEXT_FLAGS},
        "request_detail": _detail(detail) if detail else None,
    }


def _prices(row: Row) -> dict[str, Any]:
    names = [*Price.__struct_fields__, *(f"{name}_price{end}" for name in PRICES for end in ("", "_unit"))]
    units = [name for name in names if name.endswith("_unit")]
    return decimals(row, (name for name in names if name not in units)) | integers(row, units)


def _detail(detail: Row) -> dict[str, Any]:
    return {
        **integers(detail, ("id", "log_id")),
        "request_body": detail.get("request_body"),
        "response_body": detail.get("response_body"),
        "request_body_truncated": flag(detail.get("request_body_truncated")),
        "response_body_truncated": flag(detail.get("response_body_truncated")),
    }
