"""A program that is told to stop while it loads its libraries stops at once, quietly, with code 0."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.support.repository import ROOT
from tests.support.waiting import PATIENCE_S

# Stands for the libraries that take long to load: it says that it is being loaded, and waits.
SLOW_LIBRARY = "import sys\nprint('loading', flush=True)\nsys.stdin.read()\n"
SLOW_LIBRARIES = {"indexer": "structlog", "api": "structlog", "stack": "pydantic"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("program", SLOW_LIBRARIES)
def test_a_signal_ends_a_program_that_is_still_loading(tmp_path: Path, program: str, number: signal.Signals) -> None:
    (tmp_path / f"{SLOW_LIBRARIES[program]}.py").write_text(SLOW_LIBRARY)
    command = [sys.executable, "-m", program]

    with subprocess.Popen(
        command, cwd=ROOT, env={"PYTHONPATH": str(tmp_path)}, text=True, stdin=PIPE, stdout=PIPE, stderr=PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "loading\n"
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE_S)

    assert (process.returncode, said) == (0, "")


def test_no_module_imports_a_program() -> None:
    """It would take over the signals of its importer: pytest would end with code 0 on Ctrl-C."""
    an_import = re.compile(r"^\s*(from|import) \w+(\.__main__| import __main__)", re.MULTILINE)
    folders = [ROOT / name for name in ("api", "bench", "indexer", "stack", "tests")]

    assert [path for folder in folders for path in folder.rglob("*.py") if an_import.search(path.read_text())] == []
