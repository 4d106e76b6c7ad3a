"""Keys and tokens in headers, in fields and in variables: known by the name before them, or by being a JWT. Pure.

Behind the name of a header stands nothing but a secret; behind `api_key=` may stand a reference in code.
"""

from indexer.redaction.secret_shapes import (
    BLANK,
    CHARACTER,
    EQUALS,
    IS,
    MARK_BLANK,
    MARK_IS,
    VALUE,
    Shape,
    named,
    whole,
)
from indexer.redaction.secret_values import is_header_token, is_login, is_of_a_page, is_token

SHORTEST_JWT = 24  # characters
_AUTHORIZATION = "(?i:authorization)"
_SCHEME = "(?i:bearer|basic|token|api-?key|digest|key)"
_HEADER = (
    "(?i:x-(?:[a-z]+-)?api-key|api-key|subscription-key|x-auth-token|x-amz-security-token|private-token"
    "|x-gitlab-token|x-functions-key)"
)
_NAME = "(?i:api_?key|client_?secret|secret_?access_?key|secret_?key|account_?key|shared_?access_?key|openai_key)"
_ENDINGS = "(?i:_(?:token|secret)|(?:access|refresh|auth|session|id)token)"


def _is_credential(value: bytes) -> bool:
    return is_header_token(value) or is_login(value)


def _is_jwt(value: bytes) -> bool:
    parts = value.split(b".")
    return len(value) >= SHORTEST_JWT and len(parts) > 1 and (parts[1].startswith(b"eyJ") or len(parts) == 5)


def _is_named_token(name: str, value: bytes) -> bool:
    return not is_of_a_page(name) and is_token(value)


HEADER_TOKENS = (
    Shape(f"{_AUTHORIZATION}{MARK_IS}", f"{_AUTHORIZATION}{IS}(){_SCHEME}{BLANK}({VALUE})", whole(_is_credential)),
    Shape(f"{_AUTHORIZATION}{MARK_IS}", f"{_AUTHORIZATION}{IS}()({VALUE})", whole(is_token)),
    Shape(f"{_HEADER}{MARK_IS}", f"{_HEADER}{IS}()({VALUE})", whole(is_header_token)),
    Shape(r"(?i:bearer)[\s\\]", f"(?i:bearer)(){BLANK}({VALUE})", whole(is_token)),
    Shape(
        rf"(?i:basic){MARK_BLANK}[A-Za-z0-9+/][a-z+/]{{0,14}}[A-Z0-9]",
        f"(?i:basic)(){BLANK}({VALUE})",
        whole(is_login),
    ),
    Shape(r"eyJ[A-Za-z0-9_-]{6,}\.", rf"()(eyJ{CHARACTER}+(?:\.{CHARACTER}*)+)", whole(_is_jwt)),
    Shape(f"{_NAME}{MARK_IS}", f"{_NAME}{IS}()({VALUE})", whole(is_token)),
    Shape(f"{_ENDINGS}{MARK_IS}", f"((?i:[a-z0-9]*){_ENDINGS}){IS}({VALUE})", named(_is_named_token)),
    Shape("SignedHeaders", rf"SignedHeaders{EQUALS}[^\s,\"]*,?\s*Signature{EQUALS}()({VALUE})", whole(is_token)),
    Shape("--api-key", f"--api-key{BLANK}()({VALUE})", whole(is_token)),
)
