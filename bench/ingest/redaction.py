"""What taking secrets out costs: decoding the same events with no rule and with all of them, in turn."""

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

from bench.table import table
from indexer.event.decode import Window, decode
from indexer.event.redact import Redaction
from stack.events.generate import events, history

EVENTS = 10_000
ROUNDS = 5
SEED = 2
SECRET = "Incorrect API key provided: " + "sk-" + "proj-Zx81kLw0Qm_r4TnB6cVd2Ye7"  # as providers answer it
HEADS = ("events", "no rule, CPU µs/event", "all rules, CPU µs/event", "more")


def redaction() -> str:
    """Measure, and return the figures in Markdown."""
    now_ms = time.time_ns() // 1_000_000
    window = Window.at(now_ms, 30)
    fed = list(events(SEED, history(EVENTS, now_ms, 1)))
    rows = [
        _row("as the feed writes them", [_bytes(event) for event in fed], window),
        _row("each with a key in `content`", [_bytes({**event, "content": SECRET}) for event in fed], window),
    ]
    method = (
        f"Decoding alone, {EVENTS:,} events in one thread, with no rule and with all rules in turn, {ROUNDS} rounds, "
        "median of the CPU time:"
    )
    return "\n\n".join(["### Redaction", method, table(HEADS, rows)])


def _bytes(event: dict[str, object]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _row(name: str, values: Sequence[bytes], window: Window) -> list[str]:
    sides = (Redaction(()), Redaction())
    rounds = [[_cpu_us(partial(_decode, values, window, rules)) for rules in sides] for _ in range(ROUNDS)]
    without, with_all = (median(times) / len(values) for times in zip(*rounds, strict=True))
    return [name, f"{without:.1f}", f"{with_all:.1f}", f"{with_all - without:.1f}"]


def _decode(values: Sequence[bytes], window: Window, rules: Redaction) -> None:
    for value in values:
        decode(value, window, rules)


def _cpu_us(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1e6
