"""What a log says, as words: the values of `TEXT`, `CONTENT_TEXT` and `REPEATS` of mappings/index.py. Pure."""

from collections.abc import Iterable
from typing import Any

from indexer.event.limits import is_read
from indexer.redaction.redact import Redaction
from mappings.body_text.assembly import BREAK
from mappings.body_text.kinds import text_of
from mappings.event import LogEvent, RequestDetail
from mappings.words.folded import words_of
from mappings.words.repeats import repeats

_NO_DETAIL = RequestDetail()


def said(event: LogEvent, redaction: Redaction) -> dict[str, Any]:
    """Return the fields of words: one value for each text, so that no phrase goes on to the next.

    The content has a field of its own too, for readers who may not read bodies.
    """
    detail = event.request_detail or _NO_DETAIL
    content = _words(event.content, redaction)
    text = content + _words(detail.request_body, redaction) + _words(detail.response_body, redaction)
    own = {"text": text, "content": content, "repeats": repeats(text)}
    return {name: value for name, value in own.items() if value}


def _words(written: str | None, redaction: Redaction) -> list[str]:
    return [words for text in _texts(written, redaction) if (words := words_of(text))] if written else []


def _texts(written: str, redaction: Redaction) -> Iterable[str]:
    text = text_of(written) if is_read(written) else written
    if text is written:  # redacted with the event
        return (text,)
    # A secret that was cut into the chunks of a stream is whole only here.
    return map(redaction.redact_text, text.split(BREAK))
