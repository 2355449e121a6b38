"""Progress: what the visitor bet and answered along the fifteen lessons, what comes back, and the record as a file."""

from __future__ import annotations

from ui import progress

progress.summary()
progress.path()
progress.asked_again()
progress.take_along()
