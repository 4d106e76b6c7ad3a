"""Codes that terminals take for colours and movements, as in the output that agents send to a model."""

import re

TERMINAL_CODE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}+[ -/]{0,8}+(?P<last>[@-~])?"  # colours, movements
    r"|\x1b[\]PX^_][^\x07\x1b\n]{0,2048}+(?:\x07|\x1b\\)"  # titles, links
    r"|\x1b[()*+][0-9A-Z]|\x1b[78=>]"  # character sets, the cursor
)


def without_terminal_codes(text: str) -> str:
    """Return a text without codes: those for colours vanish within a word, others separate words."""
    return text if "\x1b" not in text and "\x9b" not in text else TERMINAL_CODE.sub(read_terminal_code, text)


def read_terminal_code(match: re.Match[str]) -> str:
    """Return what becomes of a code."""
    return "" if match["last"] == "m" else " "
