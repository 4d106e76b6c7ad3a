"""LiteLLM: a `StandardLoggingPayload`, as `sources/litellm_callback.py` and the callback `generic_api` send it."""

from typing import Any

from indexer.shapes.entries import Entry
from indexer.shapes.values import (
    FAILURE,
    SUCCESS,
    at,
    body,
    first,
    integral,
    number,
    path_of,
    seconds,
    short,
    text,
    texts,
)

# How the names of parameters end that hold a credential, such as `extra_headers` and `aws_secret_access_key`.
_CREDENTIALS = ("headers", "api_key", "secret", "access_key", "access_key_id", "_token", "password", "credentials")


def event_of(entry: Entry) -> dict[str, Any]:
    """Return the event of one entry."""
    who = entry.get("metadata")
    code = _code(entry)
    upstream_id = text(entry.get("id"))
    request_id = text(entry.get("litellm_call_id")) or upstream_id
    end_ms = seconds(entry.get("endTime"))
    start_ms = seconds(entry.get("startTime"))
    return {
        "request_id": request_id,
        "upstream_id": upstream_id if upstream_id != request_id else None,
        "created_at": end_ms if end_ms is not None else start_ms,
        "request_at": start_ms,
        "group": text(first(at(who, "user_api_key_team_alias"), at(who, "user_api_key_team_id"))),
        "token_name": text(at(who, "user_api_key_alias")),
        "user": text(first(entry.get("end_user"), at(who, "user_api_key_user_id"))),
        "model": text(first(entry.get("model_group"), entry.get("model"))),
        "endpoint": path_of(at(who, "user_api_key_request_route")) or text(entry.get("call_type")),
        "ip": text(entry.get("requester_ip_address") or at(who, "requester_ip_address")),
        "code": code,
        "content": None if code == SUCCESS else short(_error(entry)),
        "ttfb_milliseconds": _first_byte(entry, start_ms),
        "retry_times": integral(at(who, "attempted_retries")),
        "used_amount": number(entry.get("response_cost")),
        "usage": _usage(entry),
        "price": _price(at(entry, "model_map_information", "model_map_value")),
        "metadata": _metadata(entry, who),
        "request_detail": {"request_body": _request(entry), "response_body": body(entry.get("response"))},
    }


def _code(entry: Entry) -> int:
    if entry.get("status") == "success":
        return SUCCESS
    code = integral(at(entry, "error_information", "error_code"))
    return code if code and code != SUCCESS else FAILURE


def _error(entry: Entry) -> Any:
    return first(at(entry, "error_information", "error_message"), entry.get("error_str"))


def _first_byte(entry: Entry, start_ms: int | None) -> int | None:
    """Return the time to the first chunk; of a call without chunks LiteLLM gives the time of its end."""
    first_ms = seconds(entry.get("completionStartTime"))
    if entry.get("stream") is not True or start_ms is None or first_ms is None:
        return None
    return max(first_ms - start_ms, 0)


def _usage(entry: Entry) -> dict[str, Any]:
    used = at(entry, "metadata", "usage_object")
    sent, received = at(used, "prompt_tokens_details"), at(used, "completion_tokens_details")
    return {
        "input_tokens": integral(entry.get("prompt_tokens")),
        "output_tokens": integral(entry.get("completion_tokens")),
        "total_tokens": integral(entry.get("total_tokens")),
        "cached_tokens": integral(first(at(sent, "cached_tokens"), at(used, "cache_read_input_tokens"))),
        "cache_creation_tokens": integral(
            first(at(used, "cache_creation_input_tokens"), at(sent, "cache_creation_tokens"))
        ),
        "image_input_tokens": integral(at(sent, "image_tokens")),
        "reasoning_tokens": integral(at(received, "reasoning_tokens")),
    }


def _price(prices: Any) -> dict[str, Any]:
    """Return the prices of the model, which are for one token."""
    found = {
        "input": number(at(prices, "input_cost_per_token")),
        "output": number(at(prices, "output_cost_per_token")),
        "cached": number(at(prices, "cache_read_input_token_cost")),
        "cache_creation": number(at(prices, "cache_creation_input_token_cost")),
    }
    given = {name: price for name, price in found.items() if price}
    return {f"{name}_price": price for name, price in given.items()} | {f"{name}_price_unit": 1 for name in given}


def _metadata(entry: Entry, who: Any) -> dict[str, str]:
    tags = entry.get("request_tags")
    return texts(
        {
            "response_model": first(at(entry, "hidden_params", "litellm_model_name"), entry.get("model")),
            "provider": entry.get("custom_llm_provider"),
            "model_id": entry.get("model_id"),
            "api_base": _without_query(entry.get("api_base")),
            "call_type": entry.get("call_type"),
            "stream": entry.get("stream"),
            "cache_hit": entry.get("cache_hit"),
            "trace_id": entry.get("trace_id"),
            "session_id": first(entry.get("session_id"), at(who, "session_id")),
            "request_tags": ",".join(filter(None, map(text, tags))) if isinstance(tags, list) else None,
            "user_id": at(who, "user_api_key_user_id"),
            "team_id": at(who, "user_api_key_team_id"),
            "org_id": at(who, "user_api_key_org_id"),
            "error_class": at(entry, "error_information", "error_class"),
        }
    )


def _without_query(value: Any) -> str | None:
    """Return an address without its query, which may hold a key."""
    return (text(value) or "").partition("?")[0] or None


def _request(entry: Entry) -> str | None:
    """Return the request as one body: its messages beside its parameters."""
    messages, parameters = entry.get("messages"), entry.get("model_parameters")
    if not messages:
        return None
    if isinstance(messages, str):
        return messages
    model = first(entry.get("model_group"), entry.get("model"))
    return body({"model": model, "messages": messages, **_object(parameters)})


def _object(value: Any) -> dict[str, Any]:
    """Return parameters without those that hold headers or keys of a provider."""
    given = value.items() if isinstance(value, dict) else ()
    return {name: one for name, one in given if not name.lower().endswith(_CREDENTIALS)}
