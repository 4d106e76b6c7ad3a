"""Child processes and their logs."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stack.errors import CommandError
from stack.processes.child import Child, python_command


def test_the_most_relevant_line_of_the_log_is_quoted_when_a_child_has_ended(tmp_path: Path) -> None:
    program = "print('starting'); print('Caused by: disk full'); print('\\tat a.b.c'); print('closing')"
    child = Child("program", [sys.executable, "-c", program], tmp_path / "program.log")
    child.wait(60)

    assert child.most_relevant_line() == "Caused by: disk full"
    with pytest.raises(CommandError, match=r"program exited with code 0: Caused by: disk full"):
        child.check()
    child.stop()


def test_a_child_is_not_ready_before_its_condition_is_true(tmp_path: Path) -> None:
    program = "import sys; print('ready', flush=True); sys.stdin.read()"
    with Child("program", [sys.executable, "-c", program], tmp_path / "program.log") as child:
        child.wait_until(lambda: child.has_logged("ready"), 60)
        with pytest.raises(CommandError, match=r"program is not ready after 0.1 s: ready \(log: .*program.log\)"):
            child.wait_until(lambda: False, 0.1)

    assert not child.is_alive()


def test_what_an_earlier_child_logged_is_kept_and_not_read(tmp_path: Path) -> None:
    log = tmp_path / "program.log"
    for word in ("first", "second"):
        child = Child("program", [sys.executable, "-c", f"print({word!r})"], log)
        child.wait(60)

    assert child.new_lines() == ["second"]
    assert not child.has_logged("first")
    assert log.read_text() == "first\nsecond\n"


def test_a_python_child_is_terminated_at_the_end_of_its_input(tmp_path: Path) -> None:
    (tmp_path / "sleeper.py").write_text("import time; time.sleep(600)")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(
        python_command("sleeper"), stdin=subprocess.DEVNULL, env=environment, check=False, timeout=60
    )

    assert ended.returncode == -signal.SIGTERM
