"""No log line makes a terminal do something: control characters are escapes, in both forms of a line."""

import json
import os
import pty
import subprocess
import sys

import pytest

from service.control_characters import without_controls
from tests.support.repository import ROOT

HOSTILE = "a\x1b]0;title\x07\x9b2J\x7f\r\nb\u202ec\u2028d超时"
PROGRAM = f"""
import logging
from service import logs
import structlog
logs.configure()
structlog.get_logger().info("answered", path={HOSTILE!r}, several=[{HOSTILE!r}], **{{{HOSTILE!r}: 1}})
logging.getLogger("library").warning("%s", {HOSTILE!r}.replace(chr(10), ""))
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31m", "\\u001b[31m"),
        ("\x00\x1f\x7f\x80\x9f", "\\u0000\\u001f\\u007f\\u0080\\u009f"),
        ("a\nb\tc", "a\\u000ab\\u0009c"),
        ("超时 é \xa0", "超时 é \xa0"),
    ],
)
def test_every_control_character_becomes_an_escape(text: str, expected: str) -> None:
    assert without_controls(text) == expected


def controls(text: str) -> set[str]:
    return {each for each in text if without_controls(each) != each}


def test_a_line_of_json_has_none_and_gives_the_text_back() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    first, second = ended.stderr.splitlines()
    line = json.loads(first)

    assert controls(first + second) == set()
    assert (line["path"], line["several"], line[HOSTILE]) == (HOSTILE, [HOSTILE], 1)


def on_terminal(program: str) -> str:
    """Return what a program writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=theirs) as process:
        process.wait()
    os.close(theirs)
    text = os.read(ours, 100_000).decode()
    os.close(ours)
    return text


def test_a_line_on_a_terminal_has_none_but_the_colours_of_its_own() -> None:
    text = on_terminal(PROGRAM)

    assert "超时" in text
    assert controls(text) <= {"\x1b", "\r", "\n"}
    assert text.count("\r\n") == text.count("\n") == 2
    assert "\x1b]" not in text


def test_an_exception_on_a_terminal_is_shown_without_its_text() -> None:
    text = on_terminal("from service import logs; logs.configure(); raise ValueError('secret')")

    assert "unexpected error: the process ends" in text
    assert "ValueError\r\n  <string>:1 <module>" in text
    assert "secret" not in text
