"""How large a step to take, from the number of the step alone. Knows no torch."""

from __future__ import annotations

from model.train_config import TrainConfig


def rate_at(step: int, config: TrainConfig, d_model: int) -> float:
    """The learning rate of one step; steps count from 1."""
    if config.schedule == "paper":
        return config.factor * paper_rate(step, d_model, config.warmup)
    if config.schedule == "linear":
        return config.rate * linear_share(step, config.steps, config.warmup)
    return config.rate * min(1.0, step / max(1, config.warmup))


def paper_rate(step: int, d_model: int, warmup: int) -> float:
    """d_model^-0.5 · min(step^-0.5, step · warmup^-1.5): rises in a line, falls as one over the root (section 5.3)."""
    return float(d_model**-0.5 * min(step**-0.5, step * warmup**-1.5))


def linear_share(step: int, steps: int, warmup: int) -> float:
    """Share of the peak: rises in a line to 1 at `warmup`, then falls in a line to 0 just after the last step."""
    if step < warmup:
        return step / warmup
    return max(0.0, (steps - step + 1) / (steps - warmup + 1))
