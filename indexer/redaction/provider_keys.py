"""The keys of providers: each is known by its beginning, wherever it stands. Pure.

A name may begin in the same way (`sk-reranker-v2-multilingual`), so the rest has to look random too.
"""

import re
from collections.abc import Callable

from indexer.redaction.secret_shapes import CHARACTER, Shape, whole
from indexer.redaction.secret_values import randomness

SHORTEST_SK = 16  # characters behind `sk-`
# Characters in random pieces. Most keys have digits, and names do not mix letters as a key does.
RANDOM_WITH_DIGITS = 6
RANDOM_WITHOUT_DIGITS = 12

# Before a key: no letter or digit, and no single dash, as inside base64 for URLs.
_BEFORE = r"(?:[^A-Za-z0-9_-]|[^A-Za-z0-9][_-]|\x02u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2})"
_MARK_BEFORE = r"(?:[^A-Za-z0-9]|\\[nrtbf]|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2})"
_ALPHANUMERIC = r"[A-Za-z0-9\x01]"
_HEXADECIMAL = 32  # characters, at the beginning of a key of Zhipu


def _shape(beginning: str, is_secret: Callable[[bytes], bool], character: str = CHARACTER) -> Shape:
    return Shape(f"{_MARK_BEFORE}{beginning}", f"{_BEFORE}()({beginning}{character}+)", whole(is_secret))


def _at_least(length: int) -> Callable[[bytes], bool]:
    return lambda value: len(value) >= length and _looks_random(value)


def _is_sk(value: bytes) -> bool:
    body = value.removeprefix(b"sk-")
    return len(body) >= SHORTEST_SK and _looks_random(body)


def _is_access_key_id(value: bytes) -> bool:
    return len(value) == 20


def _is_zhipu(value: bytes) -> bool:
    # The ids of a trace and a span are written in the same way, and both are hexadecimal.
    rest = value[_HEXADECIMAL + 1 :]
    return len(rest) == 16 and bool(re.search(rb"[G-Z]", rest))


def _is_slack(value: bytes) -> bool:
    return len(value) >= 20 and _has_digit(value)


def _looks_random(value: bytes) -> bool:
    return randomness(value) >= (RANDOM_WITH_DIGITS if _has_digit(value) else RANDOM_WITHOUT_DIGITS)


def _has_digit(value: bytes) -> bool:
    return bool(re.search(rb"\d", value))


PROVIDER_KEYS = (
    _shape("sk-", _is_sk),  # OpenAI, Anthropic, OpenRouter, DeepSeek, Moonshot, Qwen, LiteLLM and many more
    _shape("AIza", _at_least(30)),
    _shape(r"AQ\.Ab", _at_least(40)),  # Google, the newer ones
    _shape("(?:AKIA|ASIA)", _is_access_key_id, r"[A-Z0-9\x01]"),
    _shape("(?:gsk_|hf_|xai-|r8_)", _at_least(20), _ALPHANUMERIC),  # Groq, Hugging Face, xAI, Replicate
    _shape("(?:gh[opsur]_|github_pat_|glpat-|npm_)", _at_least(20)),
    _shape("(?:pplx-|nvapi-|csk-|tvly-|jina_|lsv2_|pypi-|GOCSPX-|[sr]k_(?:live|test)_)", _at_least(24)),
    _shape("(?:xox[abeoprs]-|xapp-)", _is_slack),
    _shape(r"(?:SG|ya29)\.", _at_least(30), r"[A-Za-z0-9_.\x01-]"),  # SendGrid, Google OAuth
    _shape("(?:LTAI|AKID)", _at_least(16), _ALPHANUMERIC),  # Alibaba Cloud, Tencent Cloud
    Shape(
        rf"[0-9a-f]{{{_HEXADECIMAL}}}\.[A-Za-z0-9]{{16}}",
        rf"{_BEFORE}()([0-9a-f]{{{_HEXADECIMAL}}}\.{_ALPHANUMERIC}+)",
        whole(_is_zhipu),
    ),
)
