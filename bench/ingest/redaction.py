"""The cost of redaction: decode the same events without rules and with all rules, alternately."""

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

from bench.tables import markdown_table
from indexer.event.decode import Window, decode
from indexer.redaction.redact import Redaction
from stack.corpora import CORPORA, EVENT_RATIO
from stack.events.generate import events, history

REDACTION_ROUNDS = 5
REDACTION_SEED = 2
RETENTION_DAYS = 30
SECRET = "Incorrect API key provided: " + "sk-" + "proj-Zx81kLw0Qm_r4TnB6cVd2Ye7"  # as in answers of providers
REDACTION_COLUMNS = ("events", "bytes", "no rule, CPU µs/event", "all rules, CPU µs/event", "more")


def redaction(number: int) -> str:
    """Run the benchmark on so many events of the small corpus; return its report in Markdown."""
    now_ms = time.time_ns() // 1_000_000
    window = Window.at(now_ms, RETENTION_DAYS)
    rows = []
    for name, corpus in CORPORA.items():
        count = number_of_events(name, number)
        generated = list(events(REDACTION_SEED, history(count, now_ms, 1), corpus=corpus))
        with_secret = [{**event, "content": SECRET} for event in generated]
        rows.append(_row(name, [_json(event) for event in generated], window))
        rows.append(_row(f"{name}, each with a key in `content`", [_json(event) for event in with_secret], window))
    method = (
        f"Decoding alone, {number:,} events of the small corpus and {number_of_events('realistic', number):,} of the "
        f"realistic one, in one thread, with no rule and with all rules in turn, {REDACTION_ROUNDS} rounds, median "
        "of the CPU time:"
    )
    return "\n\n".join(["### Redaction", method, markdown_table(REDACTION_COLUMNS, rows)])


def number_of_events(corpus: str, of_small_ones: int) -> int:
    """Return how many events of a corpus are about as many bytes as so many small ones."""
    return max(of_small_ones // EVENT_RATIO, 1) if corpus == "realistic" else of_small_ones


def _json(event: dict[str, object]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _row(name: str, values: Sequence[bytes], window: Window) -> list[str]:
    rule_sets = (Redaction(()), Redaction())
    rounds = [
        [_cpu_us(partial(_decode_all, values, window, rules)) for rules in rule_sets] for _ in range(REDACTION_ROUNDS)
    ]
    without, with_all = (median(times) / len(values) for times in zip(*rounds, strict=True))
    size = sum(map(len, values)) / len(values)
    return [name, f"{size:,.0f}", f"{without:.1f}", f"{with_all:.1f}", f"{with_all - without:.1f}"]


def _decode_all(values: Sequence[bytes], window: Window, rules: Redaction) -> None:
    for value in values:
        decode(value, window, rules)


def _cpu_us(work: Callable[[], None]) -> float:
    """Return the CPU time of one call, microseconds."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1e6
