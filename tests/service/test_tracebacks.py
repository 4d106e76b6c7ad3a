"""No log line holds the text of an exception: it may quote an event."""

import json
import subprocess
import sys

import msgspec
import pytest

from service.tracebacks import MAX_EXCEPTIONS, exception_dicts, exception_text, kind_of_error
from tests.support.repository import ROOT

FAILURES = {
    "a log line": "log.exception('it failed')",
    "a warning of a library": "logging.getLogger('kafka').warning('it failed', exc_info=True)",
    "an uncaught exception": "raise",
    "an uncaught exception of a thread": "raise_in_thread()",
    "an exception of a task that nobody waits for": "raise_in_task()",
    "an exception of another exception": "raise RuntimeError('rosa4711') from error",
}
PROGRAM = """
import asyncio, logging, threading, structlog
from service.logs import configure

configure()
log = structlog.get_logger()

def read():
    int("rosa4711")

def raise_in_thread():
    thread = threading.Thread(target=read)
    thread.start()
    thread.join()

def raise_in_task():
    async def read_in_task():
        read()
    async def wait():
        asyncio.ensure_future(read_in_task())
        await asyncio.sleep(0)
    asyncio.run(wait())

try:
    read()
except ValueError as error:
    {failure}
"""


@pytest.mark.parametrize("failure", FAILURES.values(), ids=list(FAILURES))
def test_an_exception_is_logged_with_its_type_and_place_and_without_its_text(failure: str) -> None:
    program = PROGRAM.replace("{failure}", failure)

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert "rosa4711" not in done.stderr + done.stdout
    assert "ValueError" in done.stderr
    assert "in read" in done.stderr or " read" in done.stderr


def test_a_line_of_json_has_the_whole_chain() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("{failure}", FAILURES["an exception of another exception"])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    line = json.loads(done.stderr)
    assert [one["type"] for one in line["exception"]] == ["RuntimeError", "ValueError"]
    assert line["exception"][1]["frames"][-1].endswith(" read")


def test_what_the_operating_system_says_is_kept() -> None:
    assert (
        kind_of_error(ConnectionRefusedError(111, "Connection refused")) == "ConnectionRefusedError: Connection refused"
    )
    assert kind_of_error(msgspec.ValidationError("rosa4711")) == "msgspec.ValidationError"


def test_a_chain_without_end_is_cut() -> None:
    first = last = ValueError("rosa4711")
    for _ in range(50):
        last.__cause__ = ValueError("rosa4711")
        last = last.__cause__
    last.__cause__ = first

    assert len(exception_dicts((ValueError, first, None))) == MAX_EXCEPTIONS
    assert exception_text((ValueError, first, None)) == "\n".join(["ValueError"] * MAX_EXCEPTIONS)
