"""Characters that a terminal obeys in place of showing them, as escapes."""

import re

# C0, DEL and C1; marks of direction, which show a line as it is not; line ends of Unicode.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def without_controls(text: str) -> str:
    """Return a text with every control character as JSON writes it: a backslash, `u` and four digits."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
