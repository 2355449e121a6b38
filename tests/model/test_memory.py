"""Holes between what is still used are kept, and given back when asked; the system's own count of pages is the judge."""

import subprocess
import sys

import pytest

from model.memory import held_bytes

HOLES = """
import numpy as np
from model import memory
memory.keep_freed_memory()
kept, holes = [], []
for _ in range(200):
    holes.append(np.ones(1 << 17))  # a mebibyte
    kept.append(np.ones(100))
before = memory.held_bytes()
holes.clear()
after = memory.held_bytes()
memory.HELD_BYTES = 0
memory.give_back_memory(memory.STEPS + 1)
between = memory.held_bytes()
memory.give_back_memory(memory.STEPS)
print(before, after, between, memory.held_bytes(), sum(map(len, kept)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone is told to")
def test_holes_are_kept_then_given_back() -> None:
    before, after, between, last, used = map(
        int, subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True).stdout.split()
    )
    assert before - after < 20e6 and before - between < 20e6, "freed memory is kept for the next step"
    assert between - last > 150e6 and used == 20_000


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_what_a_process_holds() -> None:
    blocks = bytearray(b"1") * 50_000_000
    assert held_bytes() > len(blocks)
