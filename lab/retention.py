"""What is kept no longer: runs past their time, and texts nobody has made a run of. Knows no torch."""

from __future__ import annotations

import time

from lab import folders, uploads
from lab.journal import ENDED, Journal
from lab.settings import Settings

DAY = 24 * 3600.0
EVERY_SECONDS = 600.0  # while a server runs


def remove_what_is_past(settings: Settings, journal: Journal) -> None:
    """On the supervisor's thread, or before it runs: it alone writes the journal. Runs that wait, train or are paused are never past."""
    uploads.remove_old(settings.data, settings.uploads)
    if not settings.kept_days:
        return
    oldest = time.time() - settings.kept_days * DAY
    for row in journal.in_states(*ENDED):
        if (row.ended or row.created) < oldest and journal.remove(row.id, ENDED):
            folders.discard(settings.data, settings.runs / row.id)
