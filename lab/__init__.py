"""Runs that live in processes of their own. What pages may use, all of it without torch and safe from any thread:

    from lab import laboratory, plan, race, CorpusSource

    lab = laboratory()                                   # the one of this server
    spec = plan("my first", "grammar", steps=400)        # preset "toy"; any setting of ModelConfig or TrainConfig by name
    spec = race(spec, {"as it is": {}, "no mask": {"causal_mask": False}})
    run = lab.start(visitor, spec)                       # visitor: the key of the cookie; LabError says which rule stands against it
    view = lab.get(run)                                  # RunView: state, members, place, waiting_seconds, remaining_seconds, message
    lines = lab.metrics(run, after_step=seen, member=0)  # what is new since then
    lab.frames(run), lab.folder(run)                     # the film, and the saved model (the best so far)
    lab.pause(visitor, run), lab.resume(...), lab.stop(...), lab.rename(visitor, run, name), lab.delete(visitor, run)
    lab.submit_task("tokenizer", {...}, visitor).result()

Looking needs the id alone, which is random; control needs the visitor's key. The server opens the laboratory at its start
(so that a worker is warm before anybody asks) and closes it at its end: `laboratory()`, `close_laboratory()`.
"""

from __future__ import annotations

from lab.front import Laboratory, close_laboratory, laboratory
from lab.settings import Settings
from lab.spec import CorpusSource, MemberSpec, RunSpec, plan, race
from lab.views import MemberView, RunView

__all__ = [
    "CorpusSource", "Laboratory", "MemberSpec", "MemberView", "RunSpec", "RunView", "Settings", "close_laboratory", "laboratory",
    "plan", "race",
]  # fmt: skip
