"""Runs a Python module as `python -m` does, and sends it SIGTERM when standard input ends.

Usage: python -m stack.processes.exit_with_parent MODULE [ARGUMENTS]

Standard input is a pipe from the parent process (child.py), so it ends when the parent does.
"""

import os
import runpy
import signal
import sys
import threading


def _terminate_at_end_of_input() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_terminate_at_end_of_input, name="exit-with-parent", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
