"""Settings of the allocator of C."""

import ctypes
from contextlib import suppress

M_MMAP_THRESHOLD = -3  # of malloc.h
LARGE_BYTES = 262_144


def return_large_blocks() -> None:
    """Let the system have each large block back as soon as it is free. Without effect where the allocator is another.

    After the first free block of some megabytes, glibc keeps blocks of that size
    (https://man7.org/linux/man-pages/man3/mallopt.3.html), and their fragments are most of the memory of a program
    that handles records of 10 MB.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
