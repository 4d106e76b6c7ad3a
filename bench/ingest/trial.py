"""A short trial finds how raw `_bulk` is fastest here: the indexer is held against the best, not against any."""

from collections.abc import Sequence
from typing import NamedTuple

from bench.documents import Document
from bench.ingest.raw import Plan, run_raw
from bench.servers import Say
from bench.store import Store
from indexer.event.document import IndexTarget

FINALISTS = 3
PLANS = tuple(Plan(megabytes * 1_000_000, in_flight) for megabytes in (2, 4, 8) for in_flight in (1, 2, 3, 4))


class Course(NamedTuple):
    """What plans are tried on."""

    store: Store
    place: IndexTarget
    corpus: list[Document]
    say: Say


def fastest_plan(course: Course, plans: Sequence[Plan], first_heat: int) -> Plan:
    """Return the fastest plan: all run over so many documents, the best of them once more over all."""
    heat = course._replace(corpus=course.corpus[:first_heat])
    # There and back: a machine that gets faster, or slower, must not favour those that come late.
    speeds = [(_speed(heat, plan), plan) for plan in (*plans, *reversed(plans))]
    ranking = list(dict.fromkeys(plan for _, plan in sorted(speeds, reverse=True)))
    return max(ranking[:FINALISTS], key=lambda plan: _speed(course, plan))


def _speed(course: Course, plan: Plan) -> float:
    """Return events a second until the last request is answered."""
    timing = run_raw(course.store, course.place, course.corpus, plan)
    speed = len(course.corpus) / timing.accepted_s
    course.say(f"trial of raw _bulk, {plan}, {len(course.corpus):,} documents: {speed:,.0f}/s")
    return speed
