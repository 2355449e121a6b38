"""Freed memory: kept by a process that trains, as fetching it anew costs time, and given back before the holes in it add up."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path

KEPT_BYTES = 1 << 30  # what glibc may keep of one kind
HELD_BYTES = 1_000_000_000  # from here on a process that trains gives back what is free
STEPS = 4  # of training between two looks at what it holds: fetching pages anew costs a tenth of a step


@cache
def _library() -> ctypes.CDLL | None:
    """The C library where it is glibc."""
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
    except OSError:
        return None


def keep_freed_memory() -> None:
    """Tell glibc to keep freed memory for itself: fetched anew from the system, page by page, it costs up to a fifth of a step.
    Does nothing elsewhere.
    """
    library = _library()
    options = {"M_TRIM_THRESHOLD": -1, "M_TOP_PAD": -2, "M_MMAP_THRESHOLD": -3}  # as <malloc.h> numbers them
    for option, size in zip(options.values(), (KEPT_BYTES, KEPT_BYTES // 8, KEPT_BYTES), strict=True):
        if library:
            library.mallopt(option, size)


def give_back_memory(step: int) -> None:
    """Every few steps, where the process holds more than `HELD_BYTES`, give back what is free of it.

    Batches of many shapes leave holes of many sizes: what is held doubles in some thousand steps, though no step needs more.
    """
    if step % STEPS == 0:
        give_back_all()


def give_back_all() -> None:
    """At once, where the process holds more than `HELD_BYTES`: what comes next needs memory of other sizes."""
    if held_bytes() > HELD_BYTES and (library := _library()):
        library.malloc_trim(0)


def held_bytes() -> int:
    """Memory of this process that is in the machine's; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
