"""Records that hold several logs: each log is an operation, and the record ends when all of them have.

The whole record then has one end. It waits where one of its logs has to wait, and all of them are taken again when it
is read again. It becomes one dead letter where one of its logs cannot be stored; the others are stored. Any thread may
call this; nothing blocks or raises.
"""

from collections import defaultdict

from indexer.delivery.bulk import Sorted
from indexer.delivery.outcome import Outcome
from indexer.event.document import Operation, Siblings
from indexer.event.reader import reason_of_record


def whole_records(found: Sorted) -> Sorted:
    """Return the records that have ended, as their first operation, by the outcome of the record.

    For an operation to be parked the text beside it is the cause. An operation without siblings is its record.
    """
    records: Sorted = defaultdict(list)
    for outcome, operations in found.items():
        for operation, why in operations:
            if operation.siblings is None:
                records[outcome].append((operation, why))
            elif end := _end(operation.siblings, outcome, why):
                records[end[0]].append((operation.siblings.first, end[1]))
    return records


def targets(operation: Operation) -> frozenset[str]:
    """Return the write aliases of all logs of its record."""
    return operation.siblings.targets if operation.siblings else frozenset((operation.target,))


def is_first(operation: Operation) -> bool:
    """Tell whether this is the operation that stands for its record."""
    return operation.siblings is None or operation.siblings.first is operation


def _end(siblings: Siblings, outcome: Outcome, why: str) -> tuple[Outcome, str] | None:
    """End one operation; return the outcome of the record where it was the last one."""
    with siblings.lock:
        siblings.unfinished -= 1
        if outcome is Outcome.DEAD_LETTER:
            siblings.refused += 1
            siblings.reason = siblings.reason or why
        siblings.is_indexed |= outcome is Outcome.INDEXED
        siblings.is_returned |= outcome is Outcome.RETURNED
        if outcome is Outcome.PARKED:
            siblings.cause = siblings.cause or why
        return None if siblings.unfinished else _of_record(siblings)


def _of_record(siblings: Siblings) -> tuple[Outcome, str]:
    if siblings.is_returned:
        return Outcome.RETURNED, ""
    if siblings.cause:
        return Outcome.PARKED, siblings.cause
    if siblings.refused:
        return Outcome.DEAD_LETTER, reason_of_record(siblings.refused, siblings.logs, siblings.reason)
    return (Outcome.INDEXED if siblings.is_indexed else Outcome.DUPLICATE), ""
