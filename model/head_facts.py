"""What lesson 9 says of a model's heads, counted over sentences of the grammar by `python -m ui.first MODEL heads` and shipped.

Arrays, with A attentions (`about["attentions"]`), h heads, B behaviours (`about["behaviours"]`):
`behaviour` [A, h, B] mean weight, `chance` [A, B] of a head that looks everywhere alike, `rows` [A, B] rows counted, `entropy` [A, h] and
`even_entropy` [A] in bits; `loss_zero`, `loss_mean` [A, h] the corpus' loss with that one head silenced; `means` [A, h, d_v];
`turned_zero`, `turned_mean` [A, h] share of pronouns that turn, `turned_zero_all`, `turned_mean_all` [A] with all its heads silenced,
`wrong_zero_all` [A] share where the right pronoun is no longer written; `margin_zero` [A, h] in nats; `noun`, `rival`, `itself` [A, h] the
weight on the referent, on its rival and on the word *it*, `prefers` [A, h] how often the referent gets more than its rival;
`level.i.kind` the maps of the i-th level of Fuses in bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from model.ablation import Examined, attentions_of, examined, silencing
from model.behaviour import BEHAVIOURS, counted, marks, places
from model.corpora import Gold, Pair, load_corpus
from model.fuses import solve
from model.interventions import Head
from model.read import read
from model.reading import KINDS, Reading
from model.referents import Cases, cases_of, referent_pairs, written
from model.saved import SavedModel

SENTENCES = 500
LEVELS = (
    "the cow crossed the park because it was too tired",
    "the owl did not cross the forest because it was too dark",
    "the animal did not cross the street because it was too wide",
    "the mouse ate the cheese because it was salty",
    "the animal did not cross the street because it was too tired",
    "the dog crossed the road because it was too tired",
)

Arrays = dict[str, np.ndarray]


def sentences(seed: int = 0) -> tuple[Pair, ...]:
    """The 500 sentences everything is counted over: none of them was trained on."""
    return load_corpus("grammar", seed, 1).held_out["unseen_sentences"][:SENTENCES]


def with_referents(seed: int = 0) -> tuple[Pair, ...]:
    """Every held-out sentence with an *it* or a *they* that English leaves open."""
    held_out = load_corpus("grammar", seed, 1).held_out
    return referent_pairs([pair for pairs in held_out.values() for pair in pairs])


def measure(saved: SavedModel) -> tuple[Arrays, dict[str, Any]]:
    """Everything, in some minutes."""
    corpus, attentions = examined(saved, sentences()), attentions_of(saved.config)
    means = corpus.mean_outputs()
    behaviour = _behaviour(saved, corpus.pairs, attentions)
    losses, whole = _losses(corpus, means, attentions)
    referents, of_referents = _referents(saved, with_referents(), means, attentions)
    stacked = np.stack([means[name] for name in attentions])
    maps, levels = _levels(saved)
    about = {
        "attentions": attentions, "behaviours": BEHAVIOURS, "sentences": len(corpus.pairs), **whole, **of_referents, "levels": levels,
    }  # fmt: skip
    arrays = {**behaviour, **losses, **referents, "means": stacked}
    return {name: values.astype(np.float32) for name, values in arrays.items()} | maps, about


# Fuses


def _levels(saved: SavedModel) -> tuple[Arrays, list[dict[str, Any]]]:
    """The solved levels, and the maps of each as bytes, 0 to 255: `level.0.encoder.self` [layer, head, n, m]."""
    maps: Arrays = {}
    levels = []
    for number, level in enumerate(solve(saved, LEVELS)):
        shown = read(saved, level.source)
        maps |= {f"level.{number}.{kind}": maps_of(shown, kind) for kind in KINDS}
        levels.append(
            {
                "source": level.source,
                "translation": level.translation,
                "ordinal": level.ordinal,
                "par": level.par,
                "solutions": [[[name, head] for name, head in heads] for heads in level.solutions],
                "pieces": shown.source_pieces,
                "fed": shown.target_in,
                "produced": shown.target_out,
            }
        )
    return maps, levels


def maps_of(shown: Reading, kind: str) -> np.ndarray:
    """Weights of a kind of attention as bytes, 0 to 255 [layer, head, n, m]."""
    weights = np.stack([shown.arrays[f"{name}.weights"] for name in shown.attention_names(kind)])
    return np.round(255 * weights).astype(np.uint8)


# What heads look at


def readings(saved: SavedModel, pairs: Sequence[Pair]) -> Iterator[tuple[Reading, Gold]]:
    """The pairs of the grammar, each with the gold's French fed in."""
    for pair in pairs:
        assert pair.gold is not None
        yield read(saved, pair.source, pair.target), pair.gold


def _behaviour(saved: SavedModel, pairs: Sequence[Pair], attentions: Sequence[str]) -> Arrays:
    tallies = counted(readings(saved, pairs), attentions)
    table = np.stack([[tallies[name].mean(behaviour) for behaviour in BEHAVIOURS] for name in attentions])  # A × B × heads + 1
    entropy = np.stack([tallies[name].mean("entropy") for name in attentions])
    rows = np.array([[tallies[name].rows.get(behaviour, 0) for behaviour in BEHAVIOURS] for name in attentions])
    return {
        "behaviour": table[:, :, :-1].transpose(0, 2, 1), "chance": table[:, :, -1], "rows": rows,
        "entropy": entropy[:, :-1], "even_entropy": entropy[:, -1],
    }  # fmt: skip


# What their silence costs


def _losses(corpus: Examined, means: Arrays, attentions: Sequence[str]) -> tuple[Arrays, dict[str, float]]:
    whole = corpus.loss()
    heads = range(corpus.saved.config.heads)

    def table(replacement: Arrays | None) -> np.ndarray:
        return np.array([[corpus.loss(silencing([(name, head)], replacement)).loss for head in heads] for name in attentions])

    return {"loss_zero": table(None), "loss_mean": table(means)}, {"loss": whole.loss, "accuracy": whole.accuracy, "tokens": whole.tokens}


# Who finds the referent


def _referents(saved: SavedModel, pairs: Sequence[Pair], means: Arrays, attentions: Sequence[str]) -> tuple[Arrays, dict[str, Any]]:
    cases = cases_of(saved.tokenizer, pairs)
    if not len(cases):
        return {}, {"referents": 0}
    whole = written(saved, cases)
    known = _only(saved, cases, whole.right)
    heads = range(saved.config.heads)
    arrays: Arrays = {}
    for kind, replacement in (("zero", None), ("mean", means)):
        each = [[written(saved, known, silencing([(name, head)], replacement)) for head in heads] for name in attentions]
        every = [written(saved, known, silencing([(name, head) for head in heads], replacement)) for name in attentions]
        arrays[f"turned_{kind}"] = np.array([[one.turned.mean() for one in row] for row in each])
        arrays[f"margin_{kind}"] = np.array([[one.margin.mean() for one in row] for row in each])
        arrays[f"turned_{kind}_all"] = np.array([one.turned.mean() for one in every])
        arrays[f"wrong_{kind}_all"] = np.array([1 - one.right.mean() for one in every])
    together = written(saved, known, silencing(_strongest(arrays["turned_zero"], attentions, 3)))
    about = {
        "referents": len(known), "right": float(whole.right.mean()), "margin": float(whole.margin.mean()),
        "strongest": _strongest(arrays["turned_zero"], attentions, 3), "turned_together": float(together.turned.mean()),
        "kinds": {kind: _without_kind(saved, known, attentions, kind) for kind in KINDS},
    }  # fmt: skip
    return arrays | _looks(saved, known.pairs, attentions), about


def _without_kind(saved: SavedModel, cases: Cases, attentions: Sequence[str], kind: str) -> dict[str, float]:
    """Every head of every layer of one kind of attention silenced by zeros: how many pronouns turn, how many are no longer right."""
    side, _, part = kind.partition(".")
    names = [name for name in attentions if name.startswith(side) and name.endswith(part)]
    without = written(saved, cases, silencing([(name, head) for name in names for head in range(saved.config.heads)]))
    return {"turned": float(without.turned.mean()), "wrong": float(1 - without.right.mean())}


def _only(saved: SavedModel, cases: Cases, right: np.ndarray) -> Cases:
    """The cases the whole model gets right: only there can silence turn anything."""
    return cases_of(saved.tokenizer, [pair for pair, good in zip(cases.pairs, right, strict=True) if good])


def _strongest(turned: np.ndarray, attentions: Sequence[str], count: int) -> list[Head]:
    order = np.argsort(-turned, axis=None, kind="stable")[:count]
    return [(attentions[place // turned.shape[1]], int(place % turned.shape[1])) for place in order.tolist()]


def _looks(saved: SavedModel, pairs: Sequence[Pair], attentions: Sequence[str]) -> Arrays:
    """Weights from *it* (encoder) or from the row that writes the pronoun (decoder) to referent, rival and the word *it*."""
    sums = {what: np.zeros((len(attentions), saved.config.heads)) for what in ("noun", "rival", "itself", "prefers")}
    for reading, gold in readings(saved, pairs):
        for place, name in enumerate(attentions):
            noun, rival, itself = looks(reading, gold, name)
            for what, value in (("noun", noun), ("rival", rival), ("itself", itself), ("prefers", (noun > rival).astype(float))):
                sums[what][place] += value
    return {what: total / len(pairs) for what, total in sums.items()}


def looks(reading: Reading, gold: Gold, attention: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each head's weight on the referent, on its rival and on the word *it* (on the pronoun's own row in the encoder) [heads]."""
    weights, found = reading.arrays[f"{attention}.weights"], marks(reading, gold, attention)
    noun, rival = (_weight(weights, found[name]) for name in ("referent", "rival"))
    assert gold.referent is not None
    it = places(reading.source_spans, gold.source_words).pieces(gold.referent.source_pronoun)
    if attention.startswith("decoder") and attention.endswith("self"):
        return noun, rival, np.zeros(len(weights))
    itself = np.zeros(weights.shape[1:], dtype=bool)
    itself[:, it] = np.asarray(found["referent"].any(axis=1))[:, None]
    return noun, rival, _weight(weights, itself)


def _weight(weights: np.ndarray, mark: np.ndarray) -> np.ndarray:
    rows = mark.any(axis=1)
    return np.asarray((weights * mark).sum(axis=2)[:, rows].mean(axis=1)) if rows.any() else np.zeros(len(weights))
