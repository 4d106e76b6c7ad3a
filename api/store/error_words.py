"""What a log line says of an error of Elasticsearch: types, and texts that never quote a log or a query. Pure."""

import re
from collections.abc import Iterator

import msgspec
from elastic_transport import ConnectionError as NoConnectionError
from elastic_transport import ConnectionTimeout, TransportError
from msgspec import Struct

MAX_TYPES = 8
MAX_TEXT = 500  # characters
_TYPE = re.compile("[a-z_]{1,60}")
# Their texts name rights, indices and limits. Those of any other type may quote what was searched or found.
_QUOTED = frozenset(
    {
        "circuit_breaking_exception",
        "cluster_block_exception",
        "index_closed_exception",
        "index_not_found_exception",
        "no_shard_available_action_exception",
        "security_exception",
    }
)


class _Error(Struct):
    """An error, and those that caused it."""

    type: str | None = None
    reason: str | None = None
    root_cause: list["_Error"] = []
    caused_by: "_Error | None" = None
    failed_shards: list["_Shard"] = []


class _Shard(Struct):
    reason: "_Error | None" = None


class _Answer(Struct):
    error: _Error | str | None = None


_answer = msgspec.json.Decoder(_Answer)
_error = msgspec.json.Decoder(_Error)


def words_of_error(status: int, body: bytes) -> str:
    """Return an error of Elasticsearch in words; the body is an answer with an `error`, or the error itself."""
    causes = list(dict.fromkeys(_causes(_decoded(body))))
    return f"{status}: {'; '.join(causes[:MAX_TYPES]) or 'not an error of Elasticsearch, perhaps of a proxy'}"


def why_no_answer(error: TransportError) -> str:
    """Return why there is no answer. Errors about connections have a text, others may quote an answer."""
    return str(error) if isinstance(error, NoConnectionError | ConnectionTimeout) else type(error).__name__


def _decoded(body: bytes) -> _Error:
    try:
        answer = _answer.decode(body).error
        return answer if isinstance(answer, _Error) else _error.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return _Error()


def _causes(error: _Error) -> Iterator[str]:
    """Yield each error, the outermost first."""
    if error.type and _TYPE.fullmatch(error.type):
        text = f": {error.reason[:MAX_TEXT]}" if error.type in _QUOTED and error.reason else ""
        yield error.type + text
    shards = [shard.reason for shard in error.failed_shards if shard.reason]
    for inner in (*error.root_cause, *shards, *([error.caused_by] if error.caused_by else [])):
        yield from _causes(inner)
