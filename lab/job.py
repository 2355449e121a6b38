"""A run inside a worker: the material, then its members step by step in turn, until they are done or told to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from lab.folders import LOCK, Lock, member_folder, take_from_stale
from lab.member import Member
from lab.messages import Message, error_to_plain
from lab.prepared import Material, Prepared, build, wanted
from lab.spec import RunSpec
from model.checkpoints import checkpoint_paths
from model.errors import LabError
from model.tokenizers import load_tokenizer
from model.training import Step, precision_for

TELL_SECONDS = 0.2  # between two messages about a member's steps

Send = Callable[[Message], None]
Wish = Callable[[], str]  # "" to go on; "pause", "stop", or "leave" (the server is gone); does waiting tasks on the way


class Leave(Exception):
    """The run is told to end while it is still being prepared."""


class Job:
    def __init__(self, run: str, folder: Path, spec: RunSpec, checkpoint_seconds: float, send: Send, wish: Wish) -> None:
        self.run, self.folder, self.spec, self.checkpoint_seconds = run, folder, spec, checkpoint_seconds
        self._send, self._wish, self._told = send, wish, 0.0
        self.members: list[Member] = []

    def perform(self, prepared: Prepared) -> Message:
        """The whole run. The last message about it: "ended" with a state, or "left" where it is to go on with the next server."""
        lock = Lock(self.folder / LOCK)
        take_from_stale(lock)
        try:
            return self._train(self._material(prepared))
        except Leave:
            return self._over(self._wish())
        finally:
            lock.free()

    def _material(self, prepared: Prepared) -> Material:
        """Ready, or made now; a run that goes on keeps the tokenizer it began with."""
        key, first = wanted(self.spec), member_folder(self.folder, 0, len(self.spec.members))
        self._stage("corpus")
        tokenizer = load_tokenizer(first) if checkpoint_paths(first) else None
        ready = prepared.get(key)
        if ready and (tokenizer is None or tokenizer.fingerprint == ready.tokenizer.fingerprint):
            return ready
        for stage in build(key, self.folder / "corpus", tokenizer):
            if isinstance(stage, Material):
                return stage
            self._stage(stage)
        raise AssertionError("the last stage is the material")

    def _stage(self, stage: str) -> None:
        if self._wish():
            raise Leave
        self._send({"type": "stage", "run": self.run, "stage": stage})

    def _train(self, material: Material) -> Message:
        self._stage("model")
        torch.set_float32_matmul_precision(precision(self.spec))
        for number, spec in enumerate(self.spec.members):
            folder = member_folder(self.folder, number, len(self.spec.members))
            self.members.append(Member(folder, spec, material, self.spec.corpus, self.checkpoint_seconds))
        while going := [member for member in self.members if not member.ended]:
            if wish := self._wish():
                for member in self.members:
                    member.checkpoint()
                return self._over(wish)
            behind = min(going, key=lambda member: member.step)
            self._tell(behind, behind.advance())
        return self._over("")

    def _tell(self, member: Member, step: Step | None) -> None:
        number = self.members.index(member)
        if step is None:
            self._send({"type": "diverged", "run": self.run, "member": number, "step": member.step})
            return
        if step.held_out:
            self._send({"type": "scores", "run": self.run, "member": number, "step": step.step, "scores": step.held_out.means})
        now = time.monotonic()
        if now - self._told > TELL_SECONDS or step.step == 1 or member.ended:
            self._told = now
            self._send({"type": "step", "run": self.run, "member": number, "step": step.step, "seconds": step.seconds, "loss": step.loss})

    def _over(self, wish: str) -> Message:
        if wish == "leave":
            return {"type": "left", "run": self.run}
        state = {"pause": "paused", "stop": "stopped"}.get(wish) or (
            "done" if any(one.ended == "done" for one in self.members) else "diverged"
        )
        if not self.members:
            return ended(self.run, state, None)
        errors = [member.error for member in self.members if member.error]
        return ended(self.run, state, errors[0] if state == "diverged" else None, sum(member.training.seconds for member in self.members))


def precision(spec: RunSpec) -> str:
    """How matrix products are rounded. To 16 bits is faster for wide models alone; narrow ones gain nothing and need twice the memory."""
    return precision_for(max(member.shape.d_model for member in spec.members))


def ended(run: str, state: str, error: LabError | None, seconds: float | None = None) -> Message:
    message: dict[str, Any] = {"type": "ended", "run": run, "state": state, "message": error_to_plain(error) if error else None}
    return message if seconds is None else {**message, "seconds": seconds}
