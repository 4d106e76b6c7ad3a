"""What kind of body a text is, and how it is read."""

import re
from functools import partial

from mappings.body_text.escapes import with_whole_pairs, without_codes
from mappings.body_text.fragments import lines_decoded, with_fragments_decoded
from mappings.body_text.json_text import ReadValue, decoded, is_json
from mappings.body_text.long_runs import without_long_runs
from mappings.body_text.payload import parsed
from mappings.body_text.stream import StreamReader

_DEEPEST = 32  # levels of quoting: each doubles the backslashes
_BLANK = " \t\r\n\ufeff"
_FIELDS = ("data:", "event:", "id:", "retry:", ":")
_DATA = re.compile(r'(?:^|[\r\n])data: *+[\[{"]')
_NEXT_OBJECT = re.compile(r"\}[ \r]*+\n[\r\n]*+\{")
# Names in a chunk of a stream of JSON lines. Lines without them are documents of their own, such as those of a batch.
_CHUNK = re.compile(r'"(?:\w*[dD]elta|done|is_finished|is_end|candidates|outputText|generation|completion|token)"\s*:')
_ARRAY = re.compile(r"\[\s*\{")
_ARRAY_CHUNK = re.compile(r'"(?:\w*[dD]elta"\s*:\s*[{"]|(?:candidates|promptFeedback)"\s*:)')
_JSON = re.compile(r'\{\s*["}]|\[\s*["\[{\]]')
_LOOKED_AT = 4096  # characters
# One in quotes looks like a JSON string, but hardly anybody says `C:`, a line end and `ew`.
_QUOTED_PATH = re.compile(r'"[A-Za-z]:\\[^\\]')


def text_of(body: str) -> str:
    r"""Return the text that a body says, for the search; the same object where the body is that text already.

    - A stream is the texts of its choices, blocks and tool calls, one after the other, and then every name and every
      other value once. BREAK stands between two texts.
    - In JSON, and in JSON that is quoted in JSON at any depth, escapes are decoded: `\u4f59` is a character, `\n` a
      line end. JSON may be cut, or a part of another text, such as an error message.
    - Long base64 and arrays of numbers are left out. Half a surrogate pair is U+FFFD.
    """
    text = without_long_runs(without_codes(_text_of(body)))
    return text if text is body else with_whole_pairs(text)


def _text_of(body: str) -> str:
    start = body.lstrip(_BLANK)
    if (said := _said(start)) is not None:
        return said
    if "\\" not in body:
        return body
    if _JSON.match(start):
        return decoded(body, _read_value)
    if start.startswith('"') and is_json(start):
        return _read_value(start)
    return with_fragments_decoded(body, _read_value, partial(lines_decoded, read=_read_value))


def _read_value(value: str, depth: int = 0) -> str:
    """Return the text of the value of a JSON string, which may be JSON or a stream again."""
    if depth >= _DEEPEST:
        return value
    read = partial(_read_value, depth=depth + 1)
    if value.startswith(_FIELDS[:2]) and (said := _said(value, read)) is not None:
        return said
    if "\\" not in value:
        return value
    if is_json(value):
        return value if _QUOTED_PATH.match(value) else decoded(value, read)
    return with_fragments_decoded(value, read)


def _said(text: str, read: ReadValue = _read_value) -> str | None:
    """Return what a stream says; None if the text is no stream."""
    if _ARRAY.match(text) and _ARRAY_CHUNK.search(text, 0, _LOOKED_AT):
        chunks = parsed(text)
        return StreamReader().read_payloads(chunks).text(read) if isinstance(chunks, list) else None
    return StreamReader().read(_with_line_ends(text)).text(read) if _is_stream(text) else None


def _is_stream(text: str) -> bool:
    if text.startswith(_FIELDS):
        return "\ndata:" in text or "\rdata:" in text or bool(_DATA.match(text))
    if "\n" not in text:
        return "\r" in text and bool(_DATA.search(text))
    if text.startswith("{") and _NEXT_OBJECT.search(text):
        return bool(_CHUNK.search(text, 0, _LOOKED_AT))
    return "\ndata:" in text and bool(_DATA.search(text))


def _with_line_ends(text: str) -> str:
    r"""Return a stream with `\n` behind each line."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace('}data: {"', '}\ndata: {"') if '}data: {"' in text else text
