"""Train: a Transformer of the learner's own, from noise to an answer, before their eyes."""

from __future__ import annotations

from ui import train, train_list

shown = train.chosen_run()
train.new_run(shown)
if shown is not None:
    train.show_run(shown)
train_list.my_runs()
