"""Secrets in URLs: parameters that hold a key, a token or a signature, and the password before the host. Pure."""

import re

from indexer.redaction.secret_shapes import Shape, named, whole
from indexer.redaction.secret_values import is_of_a_page, is_password, is_token, is_written_out

SHORTEST_PASSWORD = 6  # of a parameter; before a host any length counts
SHORTEST_NUMBER = 10  # digits
_PARAMETER = "(?i:[a-z0-9_.-]*(?:key|token|secret|sig|signature|password|passwd|pwd))"
# Up to what ends a parameter, in a sentence too.
_VALUE = r"(?:[^&\s\"'<>#\\\[\](){}|^`;\x00\x02]|\x00+[\x01/+=])+"
_FILL = r"[\x00\x01]*"
_KEY = re.compile("(?:api|access|secret|subscription)[_-]?key$")
_PASSWORD = re.compile("(?:password|passwd|pwd|secret)$")


def _is_secret(name: str, value: bytes) -> bool:
    if name == "key":
        return is_written_out(value) and (is_token(value) or (len(value) >= SHORTEST_NUMBER and value.isdigit()))
    if name.endswith("key") and not _KEY.search(name):
        return False  # `sort_key`
    if _PASSWORD.search(name):
        return len(value) >= SHORTEST_PASSWORD and is_password(value)
    return not is_of_a_page(name) and is_written_out(value)


URL_SECRETS = (
    Shape(
        rf"(?:[?&#;]|u0026|%3[fF]|%26){_PARAMETER}(?:=|\\+u003[dD]|%3[dD])",
        rf"(?:[?&#]|&amp;|%3[fF]|%26)({_PARAMETER}){_FILL}(?:=|%3[dD])({_VALUE})",
        named(_is_secret),
    ),
    Shape(
        r":(?:\\*(?:/|u002[fF])){2}[^\s/\"'<>@:]*:[^\s/\"'<>]*@",
        rf":{_FILL}/{_FILL}/[^\s/\"'<>@:\x00]*():((?:[^\s/\"'<>@?#\x00\x02]|\x00+\x01)+)@",
        whole(is_password),
    ),
)
