"""Values that replace what cannot be read from Kafka: each becomes a dead letter with its reason."""

from typing import NamedTuple

MAX_RECORD_BYTES = 16_777_216
MAX_BATCH_BYTES = 2_000_000_000
MAX_HEADERS = 10_000  # of one record: each takes some 200 bytes of memory, however short it is
KEPT_BYTES = 100_000  # of the key, and of the headers, of a record that is too large


class UnpackLimits(NamedTuple):
    """How much one record, and all records of one batch, may unpack to, bytes."""

    record: int = MAX_RECORD_BYTES
    batch: int = MAX_BATCH_BYTES


DEFAULT_LIMITS = UnpackLimits()


class Damaged(bytes):
    """The value of a record that replaces damaged bytes: the bytes themselves, and what is wrong with them."""

    reason = ""


class TooLarge(bytes):
    """The value of a record that is too large to be read: empty, and why. `without` names its other missing parts."""

    reason = ""
    without: tuple[str, ...] = ()


def too_large(reason: str, *without: str) -> TooLarge:
    """Return the value of a record that is too large; `without`: "key" and "headers" where they were too."""
    value = TooLarge()
    value.reason = f"the record is too large: {reason}"
    value.without = without
    return value
