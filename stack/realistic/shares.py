"""The shares of the realistic corpus. docs/benchmarks.md says where they come from."""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["chat", "agent", "extraction", "embeddings", "vision"]

# Of the calls of chat models.
KINDS: Mapping[Kind, float] = {"chat": 0.52, "agent": 0.32, "extraction": 0.12, "vision": 0.04}
STREAMED: Mapping[Kind, float] = {"chat": 0.7, "agent": 0.8, "extraction": 0, "vision": 0.5, "embeddings": 0}
ERRORS = 0.06  # of all calls
WITHOUT_BODIES = 0.3  # of the successful calls: gateways are often configured to store the bodies of failed ones only
# Tokens: of the prompt and of the answer, the largest; most calls have far fewer.
PROMPT_TOKENS: Mapping[Kind, int] = {
    "chat": 8_000,
    "agent": 90_000,
    "extraction": 2_500,
    "vision": 6_000,
    "embeddings": 2_000,
}
CACHED: Mapping[Kind, float] = {
    "chat": 0.3,
    "agent": 0.9,
    "extraction": 0.2,
    "vision": 0,
    "embeddings": 0,
}  # of the prompt
