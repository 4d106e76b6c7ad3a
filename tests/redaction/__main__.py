"""Print recall and precision on each labelled set, and the events in which anything is not as labelled."""

import sys
from collections.abc import Callable, Iterator, Mapping

from indexer.redaction.redact import Redaction
from tests.redaction.measure import Labelled, Score, events, score, texts

SETS: Mapping[str, Callable[[], Iterator[Labelled]]] = {
    "secrets, in every dress": lambda: texts("secrets.jsonl"),
    "look-alikes, in every dress": lambda: texts("lookalikes.jsonl"),
    "events with undeclared fields": lambda: events("events.jsonl"),
    "second set": lambda: events("second.jsonl"),
}
COLUMNS = ("set", "events", "secrets", "taken out", "recall", "precision")


def main() -> None:
    """Measure all sets; exit with 1 where anything is not as labelled."""
    redaction = Redaction()
    _write(f"| {' | '.join(COLUMNS)} |\n| --- |{' ---: |' * (len(COLUMNS) - 1)}")
    wrong: list[str] = []
    for name, labelled in SETS.items():
        found = score(labelled(), redaction)
        _write(_row(name, found))
        wrong += sorted(found.wrong)
    if wrong:
        sys.exit("\n".join(["", "not as labelled:", *wrong]))


def _row(name: str, found: Score) -> str:
    cells = (f"{found.events:,}", f"{found.labelled:,}", f"{found.found:,}")
    return f"| {name} | {' | '.join(cells)} | {found.recall:.4f} | {found.precision:.4f} |"


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
