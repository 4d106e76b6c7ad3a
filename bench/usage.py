"""CPU time and memory of a process, from /proc. Without /proc each value is NaN."""

import os
import re
from math import nan
from pathlib import Path

PROC = Path("/proc")
USER_TIME, SYSTEM_TIME = 11, 12  # fields of /proc/PID/stat, counted after the name, which may contain spaces


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of all threads so far, user and system."""
    if not PROC.exists():
        return nan
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[USER_TIME]) + int(fields[SYSTEM_TIME])) / os.sysconf("SC_CLK_TCK")


def peak_bytes(pid: int) -> float:
    """Return the peak of resident memory so far."""
    if not PROC.exists():
        return nan
    match = re.search(r"VmHWM:\s+(\d+) kB", (PROC / str(pid) / "status").read_text())
    return int(match[1]) * 1024 if match else nan
