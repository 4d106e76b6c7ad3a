"""The kinds of secrets that are redacted. Pure."""

from typing import NamedTuple

from indexer.redaction.cookies import COOKIES
from indexer.redaction.header_tokens import HEADER_TOKENS
from indexer.redaction.private_keys import PRIVATE_KEYS
from indexer.redaction.provider_keys import PROVIDER_KEYS
from indexer.redaction.secret_shapes import Shape
from indexer.redaction.url_secrets import URL_SECRETS


class Rule(NamedTuple):
    """One kind of secret."""

    name: str  # stands in place of the secret; the setting that turns the rule off is `INDEXER_REDACT_` and this name
    shapes: tuple[Shape, ...]


RULES = (
    Rule("provider_key", PROVIDER_KEYS),
    Rule("bearer_token", HEADER_TOKENS),
    Rule("cookie", COOKIES),
    Rule("url_key", URL_SECRETS),
    Rule("private_key", PRIVATE_KEYS),
)
