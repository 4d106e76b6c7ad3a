"""The second copies of texts that indices of version 2 hold, because their analyzers would misread what was written."""

from collections.abc import Mapping

from mappings.event import LogEvent, RequestDetail
from mappings.version_2.text import readable

_NO_DETAIL = RequestDetail()


def copies(event: LogEvent) -> Mapping[str, str]:
    """Return `gateway_logs.readable` of a log: the texts that have to be read otherwise than they are written."""
    detail = event.request_detail or _NO_DETAIL
    found = {
        "content": _if_changed(event.content, "\\"),
        "request_body": _if_changed(detail.request_body, "\\u"),
        "response_body": _if_changed(detail.response_body, "\\u"),
    }
    return {name: text for name, text in found.items() if text}


def _if_changed(text: str | None, escape: str) -> str | None:
    if not text or (escape not in text and text.isascii()):
        return None
    return None if (found := readable(text)) == text else found
