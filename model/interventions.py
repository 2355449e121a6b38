"""What may be changed in one pass, as a value handed to `forward`. The model itself is never touched.

All of these *remove now* something the model was trained with; a model *trained without* it is another configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jaxtyping import Float
from torch import Tensor

Head = tuple[str, int]  # ("decoder.1.cross", 3): the attention's name and the head's number, both from 0


@dataclass(frozen=True)
class AttentionEdit:
    """The part of the interventions that concerns one multi-head attention, by head number."""

    silenced: Mapping[int, Float[Tensor, " d_v"] | None] = field(default_factory=dict)
    weights: Mapping[int, Float[Tensor, "n m"]] = field(default_factory=dict)
    drop_scale: bool = False


@dataclass(frozen=True)
class Interventions:
    """`silenced`: heads whose output is replaced at every position, by zero (None) or by a given vector [d_v], such as the
    head's mean over a corpus (mean ablation). `weights`: rows to put in place of a head's own [n, m]. `drop_mask`: the
    decoder sees later positions. `drop_positions`: nothing is added to the embeddings. `drop_scale`: no division by √d_k.
    `drop_embedding_scale`: the rows of the vocabulary enter as they are, without the factor √d_model.
    """

    silenced: Mapping[Head, Float[Tensor, " d_v"] | None] = field(default_factory=dict)
    weights: Mapping[Head, Float[Tensor, "n m"]] = field(default_factory=dict)
    drop_mask: bool = False
    drop_positions: bool = False
    drop_scale: bool = False
    drop_embedding_scale: bool = False

    def at(self, attention: str) -> AttentionEdit:
        """What concerns the attention of that name."""
        if self is NOTHING:
            return UNCHANGED
        return AttentionEdit(
            {head: vector for (name, head), vector in self.silenced.items() if name == attention},
            {head: weights for (name, head), weights in self.weights.items() if name == attention},
            self.drop_scale,
        )


NOTHING = Interventions()
UNCHANGED = AttentionEdit()
