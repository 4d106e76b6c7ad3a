"""How much one event may hold, so that no event takes long or much memory, however short it was on its way. Pure.

What is beyond the first three limits is not a log. The other two only limit the search: such a text is searched as it
is written. `python -m bench.limits` measures events at and beyond them.
"""

import re
from collections.abc import Sized

MAX_NAMES = 100_000  # in all objects of an event together
MAX_OBJECT_FIELDS = 10_000  # of the event itself, and of each declared object
MAX_METADATA = 10_000  # keys
MAX_READ = 2_000_000  # characters of a body that are read as what they say
MAX_CHUNKS = 50_000  # of a stream

_SHORTEST_FIELD = len(b'"":1,')
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"(\s*+:)?', re.DOTALL)


class TooMuchError(Exception):
    """The event holds more than the limit; the text says of what."""


def check_names(value: bytes) -> None:
    """Raise TooMuchError where a JSON text has too many names; it is not decoded for that."""
    if len(value) <= MAX_NAMES * _SHORTEST_FIELD or value.count(b":") <= MAX_NAMES:
        return
    names = 0
    for match in _STRING.finditer(value):
        names += match[1] is not None
        if names > MAX_NAMES:
            raise TooMuchError(f"not usable: the event has more than {MAX_NAMES} names in its objects")


def check_fields(fields: Sized, name: str) -> None:
    """Raise TooMuchError where an object has too many fields; `name` is that of a declared field, or ""."""
    if len(fields) > MAX_OBJECT_FIELDS:
        raise TooMuchError(f"not usable: {name or 'the event'} has more than {MAX_OBJECT_FIELDS} fields")


def check_metadata(metadata: Sized | None) -> None:
    """Raise TooMuchError where `metadata` has too many keys."""
    if metadata and len(metadata) > MAX_METADATA:
        raise TooMuchError(f"not usable: metadata has more than {MAX_METADATA} keys")


def is_read(text: str) -> bool:
    """Tell whether a text is searched as what it says: it is short enough, and no stream of too many chunks."""
    return len(text) <= MAX_READ and text.count("data:") <= MAX_CHUNKS and text.count("\n{") <= MAX_CHUNKS
