"""One call of a gateway, and what a corpus of events decides about it."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from stack.events.vocabulary import Failure, Model

Event = dict[str, Any]


class Call(NamedTuple):
    """The values that several fields of one event depend on."""

    random: Random
    number: int
    created_at: int  # epoch milliseconds
    model: Model
    failure: Failure | None
    kind: str  # of traffic, as the corpus names it
    is_streamed: bool


class Corpus(NamedTuple):
    """How the events of a corpus differ from those of another."""

    models: Sequence[Model]
    error_share: float
    without_detail_share: float  # of the successful calls
    kind: Callable[[Random, Model], str]
    is_streamed: Callable[[Random, Model, str], bool]
    usage: Callable[[Random, Model, str], dict[str, int]]  # of a successful call
    detail: Callable[[Call, str], Event]  # the field `request_detail`; the second argument is the request id
