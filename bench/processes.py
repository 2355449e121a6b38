"""The server's processes, from outside: which there are, their memory and their time on the processor."""

from __future__ import annotations

import os
import subprocess
import time

IDLE_SECONDS = 0.05  # of processor time in a second: whoever takes less stands by


def processes(parent: int, part: str) -> list[int]:
    """The children of a process whose command has that part."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = (line.split(None, 2) for line in listed.splitlines())
    return [int(row[0]) for row in rows if int(row[1]) == parent and part in row[2]]


def the_server() -> int:
    """The server that this process started (bench/server.py)."""
    (found,) = processes(os.getpid(), " -m ")
    return found


def workers() -> list[int]:
    return processes(the_server(), "lab.worker")


def megabytes(process: int) -> float:
    found = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True)
    return round(int(found.stdout or 0) / 1024, 1)


def processor_seconds(process: int) -> float:
    """Time on the processor so far. Linux and macOS write it in two ways; both end in minutes:seconds."""
    found = subprocess.run(["ps", "-o", "time=", "-p", str(process)], capture_output=True, text=True).stdout.strip()
    parts = [float(part) for part in found.replace("-", ":").split(":")] if found else [0.0]
    return sum(part * scale for part, scale in zip(reversed(parts), (1, 60, 3600, 86400), strict=False))


def at_work() -> dict[str, float]:
    """Seconds of processor time so far."""
    return {"server": processor_seconds(the_server()), "worker": sum(map(processor_seconds, workers()))}


def when_warm() -> float:
    """Seconds until a worker stands by and has nothing left to prepare."""
    start = time.perf_counter()
    while True:
        before = {number: processor_seconds(number) for number in workers()}
        time.sleep(2.0)
        after = {number: processor_seconds(number) for number in workers()}
        if before and before.keys() == after.keys() and all(after[number] - before[number] <= 2 * IDLE_SECONDS for number in after):
            return time.perf_counter() - start - 2.0
