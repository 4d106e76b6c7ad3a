"""Runs a Python module as `python -m` does, and ends it in order when standard input ends.

Usage: python -m stack.tether MODULE [ARGUMENTS]. Standard input is a pipe from the process that started this
one, see child.py.
"""

import os
import runpy
import signal
import sys
import threading


def _end_with_input() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, name="tether", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
