"""The log tables of the gateways, with the columns and types that their programs create, written from their sources."""

from typing import Any

from sqlalchemy import Engine, text

_PRICES = (
    "input",
    "image_input",
    "output",
    "image_output",
    "thinking_mode_output",
    "cached",
    "cache_creation",
    "web_search",
)
_TOKENS = ("input", "image_input", "output", "cached", "cache_creation", "reasoning", "total")
_AMOUNTS = ("input", "output", "cached", "used")

# Type → its name in PostgreSQL, MySQL and SQLite.
_TYPES = {
    "id": {
        "postgresql": "bigserial primary key",
        "mysql": "bigint auto_increment primary key",
        "sqlite": "integer primary key",
    },
    "time": {"postgresql": "timestamptz", "mysql": "datetime(3)", "sqlite": "datetime"},
    "text": {"postgresql": "text", "mysql": "longtext", "sqlite": "text"},
    "whole": {"postgresql": "bigint", "mysql": "bigint", "sqlite": "integer"},
    "number": {"postgresql": "numeric", "mysql": "double", "sqlite": "real"},
    "flag": {"postgresql": "boolean", "mysql": "tinyint(1)", "sqlite": "numeric"},
    "padded": {"postgresql": "char(16)", "mysql": "char(16)", "sqlite": "char(16)"},
}

AIPROXY = {
    "logs": {
        "id": "id",
        "created_at": "time",
        "request_at": "time",
        "retry_at": "time",
        "token_name": "text",
        "endpoint": "text",
        "group_id": "text",
        "model": "text",
        "request_id": "padded",
        "upstream_id": "text",
        "content": "text",
        "user": "text",
        "metadata": "text",
        "ip": "text",
        "prompt_cache_key": "text",
        **dict.fromkeys(("token_id", "channel_id", "code", "mode", "retry_times", "ttfb_milliseconds"), "whole"),
        "async_usage_status": "whole",
        "per_request_price": "number",
        **{f"{name}_price": "number" for name in _PRICES},
        **{f"{name}_price_unit": "whole" for name in _PRICES},
        **{f"{name}_tokens": "whole" for name in _TOKENS},
        "web_search_count": "whole",
        **{f"{name}_amount": "number" for name in _AMOUNTS},
        "service_tier": "text",
        "input_media": "flag",
    },
    "request_details": {
        "id": "id",
        "log_id": "whole",
        "created_at": "time",
        "request_body": "text",
        "response_body": "text",
        "request_body_truncated": "flag",
        "response_body_truncated": "flag",
    },
}
ONE_API = {
    "logs": {
        "id": "id",
        **dict.fromkeys(("user_id", "created_at", "type", "quota", "prompt_tokens", "completion_tokens"), "whole"),
        **dict.fromkeys(("content", "username", "token_name", "model_name", "request_id"), "text"),
        "channel_id": "whole",
        "elapsed_time": "whole",
        "is_stream": "flag",
    }
}
NEW_API = {
    "logs": {
        "id": "id",
        **dict.fromkeys(("user_id", "created_at", "type", "quota", "prompt_tokens", "completion_tokens"), "whole"),
        **dict.fromkeys(
            ("content", "username", "token_name", "model_name", "group", "ip", "other", "request_id"), "text"
        ),
        **dict.fromkeys(("use_time", "channel_id", "token_id"), "whole"),
        "is_stream": "flag",
    }
}


def create(engine: Engine, schema: dict[str, dict[str, str]]) -> None:
    """Create the tables of a gateway, in place of those that are there."""
    quote = engine.dialect.identifier_preparer.quote_identifier
    with engine.begin() as connection:
        for table, columns in schema.items():
            written = ", ".join(f"{quote(name)} {_TYPES[kind][engine.dialect.name]}" for name, kind in columns.items())
            connection.execute(text(f"drop table if exists {table}"))
            connection.execute(text(f"create table {table} ({written})"))


def insert(engine: Engine, table: str, *rows: dict[str, Any]) -> None:
    """Insert rows, each in the columns that it has."""
    quote = engine.dialect.identifier_preparer.quote_identifier
    with engine.begin() as connection:
        for row in rows:
            names = ", ".join(map(quote, row))
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"insert into {table} ({names}) values ({values})"), row)
