"""What lesson 15 ships, computed by `python -m ui.first MODEL inference`.

- For the first sentences, at the moment the lesson begins with and for the model as it is: the arrays of greedy decoding
  (`<key>.logits`, `.memory`, `.target.ids`, `.decoder.l.cross.weights`; `.fork`: the logits after its two best words where
  it hesitated most), the paper's beam (`<key>.tree.*`), what every
  strategy finds, and what greedy writes that may never end.
- For the toy, counts over held-out pairs of the grammar at every moment of its film: `counts.<moment>.greedy.*` and, by width
  and alpha, `counts.<moment>.<width>.<alpha>.*`: log-probabilities, sentence BLEU, exact match, lengths, sentence by sentence.
- For a model without a film, `about["scenes"]`: the paper's beam against greedy over sentences of our own, by log-probability.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from model.corpora import Pair, load_corpus
from model.reading import Reading
from ui.first import SOURCES
from ui.lessons import inference_data as data
from ui.lessons.inference_settings import COUNTED, PAPER_ALPHA, PAPER_WIDTH, USUAL, BeamSettings, key_of
from ui.scenes import SCENES

if TYPE_CHECKING:
    from model.saved import SavedModel
    from model.search_counts import Outcomes

EACH = 300  # of each held-out set
NUMBERS = ("log_probabilities", "bleu", "exact", "lengths")
MODEL = "toy"


def measured(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and what is said about them."""
    from ui.lessons import inference_moments as moments

    arrays: dict[str, np.ndarray] = {}
    about: dict[str, Any] = {"readings": {}, "strategies": {}, "unending": {}}
    film = saved.card.get("data") == "grammar"  # the toy's
    for moment in (moments.usual_moment(MODEL), None) if film else (None,):
        for source in SOURCES:
            _first_view(_at(saved, moment), moment, source, arrays, about)
    if not film:
        return arrays, {**about, "scenes": scenes_counted(saved)}
    pairs = counted_pairs()
    about |= {"examples": {}, "ended": {}, "moments": []}
    for moment in (*moments.moments(MODEL), None):
        _count(_at(saved, moment), "now" if moment is None else str(moment), pairs, arrays, about)
    return arrays, {**about, "sentences": len(pairs), "last": moments.last_step(MODEL)}


def scenes_counted(saved: SavedModel) -> dict[str, Any]:
    """`count` sentences; `verdicts` (wins, draws, losses) of the paper's beam; the widest win and the widest loss as `examples`."""
    from model.search_counts import against, outcomes
    from model.searches import Beam, beam, greedy

    pairs = [Pair(source, "") for source in SCENES]
    best, wide = (
        outcomes(saved.translator, saved.tokenizer, pairs, search)
        for search in (greedy, partial(beam, settings=Beam(width=PAPER_WIDTH, alpha=PAPER_ALPHA)))
    )
    verdict = against(wide.log_probabilities, best.log_probabilities)
    gain = wide.log_probabilities.astype(np.float64) - best.log_probabilities
    examples = {}
    for kind, place, right in (("win", gain.argmax(), 1), ("loss", gain.argmin(), -1)):
        if verdict[place] == right:
            examples[kind] = {"source": SCENES[place]} | {
                f"{name}{field}": value
                for name, one in (("greedy", best), ("beam", wide))
                for field, value in (("", one.texts[place]), ("_sum", round(float(one.log_probabilities[place]), 4)))
            }
    return {"count": len(pairs), "verdicts": [int((verdict == sign).sum()) for sign in (1, 0, -1)], "examples": examples}


def counted_pairs() -> tuple[Pair, ...]:
    """The same number of each held-out set of the grammar."""
    held_out = load_corpus("grammar", 0, 1).held_out
    return tuple(pair for pairs in held_out.values() for pair in pairs[:EACH])


def _at(saved: SavedModel, moment: int | None) -> SavedModel:
    """The model handed in, or what it was, by its frames."""
    from model.frames import frame_paths, read_frame
    from model.saved import with_parameters
    from ui.lessons import inference_moments as moments

    if moment is None:
        return saved
    parameters = read_frame(frame_paths(moments.folder(MODEL))[moment])
    return replace(saved, model=with_parameters(saved.config, parameters))


def _first_view(saved: SavedModel, moment: int | None, source: str, arrays: dict[str, np.ndarray], about: dict[str, Any]) -> None:
    from model.read import read

    key = key_of(moment, source)
    reading = read(saved, source)
    if moment is not None:  # the readings of the model as it is are shipped anyway
        slim = data.slimmed(reading)
        arrays |= {f"{key}.{name}": values for name, values in slim.arrays.items()}
        about["readings"][key] = _about(slim)
    tree = data.tree_with(saved, source, BeamSettings(), data.produced_ids(reading))
    arrays |= {f"{key}.tree.{name}": values for name, values in tree.as_arrays().items()}
    if (place := data.fork_of(reading)) is not None:
        arrays[f"{key}.fork"] = data.fork_with(saved, reading, place)
    about["strategies"][key] = {name: asdict(found) for name, found in data.strategies_with(saved, source, 0).items()}
    about["unending"][key] = asdict(data.unending_with(saved, source))


def _about(reading: Reading) -> dict[str, Any]:
    kept = asdict(replace(reading, arrays={}))
    return {name: value for name, value in kept.items() if name not in ("arrays", "config")}


def _count(saved: SavedModel, moment: str, pairs: Sequence[Pair], arrays: dict[str, np.ndarray], about: dict[str, Any]) -> None:
    from model.search_counts import Unending, outcomes
    from model.searches import Beam, beam, greedy

    about["moments"].append(moment)
    best = outcomes(saved.translator, saved.tokenizer, pairs, greedy)
    found = {"greedy": best}
    for name, (width, alpha) in COUNTED.items():
        found[name] = outcomes(saved.translator, saved.tokenizer, pairs, partial(beam, settings=Beam(width=width, alpha=alpha)))
    for name, one in found.items():
        arrays |= dict(_numbers(f"counts.{moment}.{name}", one))
    about["examples"][moment] = examples(pairs, best, found[USUAL])
    endless = outcomes(saved.translator, saved.tokenizer, pairs, lambda ask, longest: greedy(Unending(ask), longest))
    about["ended"][moment] = {name: {"exact": float(one.exact.mean()), "bleu": float(one.bleu.mean()), "tokens": float(one.lengths.mean())}
                              for name, one in (("whole", best), ("broken", endless))}  # fmt: skip


def _numbers(name: str, one: Outcomes) -> Iterator[tuple[str, np.ndarray]]:
    for field in NUMBERS:
        values = getattr(one, field)
        yield f"{name}.{field}", values.astype(np.float16) if field == "bleu" else values


def examples(pairs: Sequence[Pair], best: Outcomes, beam: Outcomes) -> dict[str, dict[str, Any]]:
    """A sentence of each: the widest gain, the widest loss, the first draw; and a gain in probability that is a loss in BLEU."""
    from model.search_counts import against

    gain = beam.log_probabilities.astype(np.float64) - best.log_probabilities
    verdict, quality = against(beam.log_probabilities, best.log_probabilities), against(beam.bleu, best.bleu)
    kinds = {
        "win": (verdict == 1) & (quality == 1), "loss": verdict == -1, "draw": verdict == 0, "worse": (verdict == 1) & (quality == -1),
    }  # fmt: skip
    kinds["win"] = kinds["win"] if kinds["win"].any() else verdict == 1
    found: dict[str, dict[str, Any]] = {}
    for kind, which in kinds.items():
        places = np.flatnonzero(which)
        if len(places):
            order = {"loss": gain, "draw": np.arange(len(gain)), "win": -beam.bleu - gain / 100, "worse": beam.bleu - best.bleu}[kind]
            found[kind] = _example(pairs, best, beam, int(places[order[places].argmin()]))
    return found


def _example(pairs: Sequence[Pair], best: Outcomes, beam: Outcomes, place: int) -> dict[str, Any]:
    sides = {"greedy": best, "beam": beam}
    texts = {name: one.texts[place] for name, one in sides.items()}
    sums = {f"{name}_sum": round(float(one.log_probabilities[place]), 4) for name, one in sides.items()}
    bleu = {f"{name}_bleu": round(float(one.bleu[place]), 1) for name, one in sides.items()}
    return {"place": place, "source": pairs[place].source, "reference": pairs[place].target, **texts, **sums, **bleu}
