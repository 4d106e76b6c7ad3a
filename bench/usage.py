"""What a process has used so far, from /proc: CPU seconds and memory. Not a number where there is no /proc."""

import os
import re
from math import nan
from pathlib import Path

PROC = Path("/proc")
USER_TIME, SYSTEM_TIME = 11, 12  # fields of /proc/PID/stat behind the name, which may hold blanks


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of all threads, user and system."""
    if not PROC.exists():
        return nan
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[USER_TIME]) + int(fields[SYSTEM_TIME])) / os.sysconf("SC_CLK_TCK")


def peak_bytes(pid: int) -> float:
    """Return the highest resident memory."""
    if not PROC.exists():
        return nan
    match = re.search(r"VmHWM:\s+(\d+) kB", (PROC / str(pid) / "status").read_text())
    return int(match[1]) * 1024 if match else nan
