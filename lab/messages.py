"""What server and worker say to each other: one JSON object a line, over pipes. Knows no torch.

To a worker:   run {run, folder, spec} · pause · stop · task {task, kind, arguments} · end
From a worker: alive · warm {corpora} · stage {run, stage} · step {run, member, step, seconds, loss} ·
               scores {run, member, step, scores} · ended {run, state, message} · result {task, value | error}
"""

from __future__ import annotations

import json
from typing import Any

from model.errors import LabError

Message = dict[str, Any]  # `type` is always one of its names


def to_line(message: Message) -> bytes:
    return (json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def from_line(line: bytes) -> Message | None:
    """The message, or None for a line that is none (half a line of a process that was killed)."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and isinstance(value.get("type"), str) else None


def error_to_plain(error: LabError) -> dict[str, Any]:
    """An error as plain values, for pipes and the journal; what JSON has no word for becomes text."""
    values = {name: value if isinstance(value, (str, int, float, bool, type(None))) else str(value) for name, value in error.values.items()}
    return {"code": error.code, "template": error.template, "field": error.field, "values": values}


def error_from_plain(plain: dict[str, Any]) -> LabError:
    values = {name: value for name, value in plain["values"].items() if name != "field"}
    error = LabError(plain["code"], plain["template"], plain["field"], **values)
    error.values["field"] = plain["values"].get("field", plain["field"])
    return error


def unexpected() -> LabError:
    """For the visitor where something failed that no rule foresaw; the log has the rest."""
    return LabError("unexpected", "Something went wrong that should not have. The log of the server says more.", None)
