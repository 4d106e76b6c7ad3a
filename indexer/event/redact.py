"""Redacts secrets that callers paste into prompts and gateways into errors, before anything is stored. Pure.

Otherwise anyone who may read logs would have the keys of those who caused them. `content` and the two bodies are
searched; a secret becomes `[redacted RULE]`, and the log says how many there were. The patterns require what secrets
have and words do not (a prefix, a length, a digit), so that prose stays.
"""

import re
from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
import re2  # type: ignore[import-untyped]

from mappings.event import LogEvent, RequestDetail


class Rule(NamedTuple):
    """One kind of secret."""

    name: str
    mark: str  # RE2 pattern that every event with such a secret matches somewhere
    pattern: re.Pattern[str]  # the group `before` stays, the rest is the secret


# Between a name and its value: in a header, in JSON, and in JSON quoted in JSON.
_IS = r"""\\*["']?\s*[:=]\s*\\*["']?"""

RULES = (
    Rule(
        "provider_key",
        r"sk-|AIza|gsk_|xai-|hf_|r8_|AKIA",
        re.compile(
            r"(?P<before>(?<![A-Za-z0-9]))(?:"
            r"sk-(?=[A-Za-z_-]{0,99}\d)[A-Za-z0-9_-]{20,}"  # OpenAI, Anthropic, OpenRouter, DeepSeek and many more
            r"|AIza[A-Za-z0-9_-]{35}"  # Google
            r"|(?:gsk_|xai-|hf_|r8_)[A-Za-z0-9]{20,}"  # Groq, xAI, Hugging Face, Replicate
            r"|AKIA[A-Z0-9]{16}(?![A-Z0-9])"  # AWS
            r")"
        ),
    ),
    Rule(
        "bearer_token",
        r"(?i:bearer|basic|api[_-]?key)",
        re.compile(
            r"(?P<before>\b(?i:bearer)\s+(?=[A-Za-z._~+/-]{0,99}\d)"
            rf"|\b(?i:authorization){_IS}(?i:basic)\s+|(?i:\bapi[_-]?key){_IS})"
            r"[A-Za-z0-9._~+/-]{16,}=*"
        ),
    ),
    Rule(
        "cookie",
        r"(?i:cookie)",
        re.compile(rf"""(?P<before>\b(?i:cookie){_IS})[^\s"'\\;=,:\[]+=[^"'\\\r\n]+"""),
    ),
    Rule(
        "url_key",
        r"(?i:key|token|secret|sig|signature|password)(?:=|\\+u003[dD])",
        re.compile(
            r"(?P<before>(?:[?&]|\\u0026)(?:[A-Za-z]+[_-])*"
            r"(?i:api_?key|key|token|secret|sig|signature|password)(?:=|\\+u003[dD]))"
            r"""[^&\s"'<>\\#\[]{8,}"""
        ),
    ),
)

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.encode
_NO_DETAIL = RequestDetail()


class Redaction:
    """The rules that are on, and one search for all of their marks."""

    def __init__(self, rules: Collection[Rule] = RULES) -> None:
        self._rules = rules
        # RE2 searches an event for all marks in 3 µs, one search for each mark takes 20; few events have any.
        self._suspects = re2.compile("|".join(rule.mark for rule in rules).encode()).search if rules else _nothing

    def redact(self, value: bytes, event: LogEvent) -> tuple[bytes, Counter[str]]:
        """Return the event with secrets in its texts redacted, and how many each rule found.

        `event` is what was decoded from `value`; the same bytes are returned where nothing was found.
        """
        found: Counter[str] = Counter()
        if not self._suspects(value):
            return value, found
        detail = event.request_detail or _NO_DETAIL
        content = self._cleaned({"content": event.content}, found)
        bodies = self._cleaned({"request_body": detail.request_body, "response_body": detail.response_body}, found)
        return (_with(value, content, bodies) if found else value), found

    def _cleaned(self, texts: dict[str, str | None], found: Counter[str]) -> dict[str, str]:
        """Return the texts that changed."""
        suspected = {name: text for name, text in texts.items() if text and self._suspects(text.encode())}
        cleaned = {name: _clean(text, self._rules, found) for name, text in suspected.items()}
        return {name: text for name, text in cleaned.items() if text != texts[name]}


def _nothing(_value: bytes) -> None:
    return None


def _with(value: bytes, texts: dict[str, str], bodies: dict[str, str]) -> bytes:
    """Return the event with these texts replaced; everything else stays as it was written."""
    fields: dict[str, Any] = _fields.decode(value)
    if bodies:
        fields["request_detail"] = _fields.decode(fields["request_detail"]) | bodies
    return _encode(fields | texts)


def _clean(text: str, rules: Collection[Rule], found: Counter[str]) -> str:
    for rule in rules:
        text, times = rule.pattern.subn(rf"\g<before>[redacted {rule.name}]", text)
        if times:
            found[rule.name] += times
    return text
