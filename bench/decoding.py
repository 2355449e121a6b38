"""Our translation of held-out sentences against Hugging Face's generate and CTranslate2: python -m bench.decoding > decoding.json

All have the same weights (`bench/marian.py`): logits agree to 1e-4 before any clock runs. All get ids and give ids back, on
one thread: greedy and a beam of 4, one sentence after the other and a batch of 64. Scores are log-probability / length^0.6
for all. Contestants take turns within a round, so that whatever else the machine does falls on all of them alike.
Ratios are times of the peer over ours: above 1, ours is faster. Within ± 10 % counts as equal. "clock" is time by the wall,
"processor" the processor's time of this process: the one to read where other programs run beside.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# Read once, when torch is imported.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import torch
from ctranslate2 import Translator

from bench.marian import ctranslate2, logits_apart, marian
from model.config import END, PADDING, START
from model.corpora import load_corpus
from model.decoding import LONGER_THAN_SOURCE, longest_translations, outcome
from model.saved import SavedModel, find_model, load_model
from model.scorer import pad, ready_for_searches, scorer_for
from model.searches import Beam, beam, greedy
from model.transformer import Transformer

BATCH, ALONE = 64, 8  # sentences in a batch; how many of them also one by one
ALPHA = 0.6
FURTHEST_APART = 1e-4  # of logits
Ids = Sequence[int]
Translate = Callable[[Sequence[Ids], int], list[Ids]]  # a batch of sources and the width of the beam; 1 is greedy


def ours(model: Transformer) -> Translate:
    ready = ready_for_searches(model)  # once, as the peers load theirs once

    def translate(rows: Sequence[Ids], width: int) -> list[Ids]:
        ask, longest = scorer_for(ready, pad(rows)), longest_translations(map(len, rows), model.config)
        settings = Beam(width=width, alpha=ALPHA, normalization="power")
        return [best.words for best in outcome(greedy(ask, longest) if width == 1 else beam(ask, longest, settings))]

    return translate


def hugging_face(peer: Any) -> Translate:
    def translate(rows: Sequence[Ids], width: int) -> list[Ids]:
        source = pad(rows)
        with torch.inference_mode():
            found = peer.generate(
                input_ids=source, attention_mask=(source != PADDING).long(), num_beams=width, do_sample=False, use_cache=True,
                length_penalty=ALPHA if width > 1 else None, max_new_tokens=source.shape[1] + LONGER_THAN_SOURCE,
            )  # fmt: skip
        return [[token for token in row if token not in (PADDING, START, END)] for row in found.tolist()]

    return translate


def in_c(translator: Translator, pieces: tuple[str, ...]) -> Translate:
    number = {piece: place for place, piece in enumerate(pieces)}

    def translate(rows: Sequence[Ids], width: int) -> list[Ids]:
        found = translator.translate_batch(
            [[pieces[one] for one in row] for row in rows], beam_size=width, length_penalty=ALPHA,
            max_decoding_length=max(map(len, rows)) + LONGER_THAN_SOURCE, return_scores=False,
        )  # fmt: skip
        return [[number[piece] for piece in one.hypotheses[0]] for one in found]

    return translate


def contestants(saved: SavedModel, rows: Sequence[Ids], folder: Path) -> tuple[dict[str, Translate], float]:
    """Everybody with the same weights, and how far Marian's logits are from ours."""
    model, pieces = saved.model, saved.tokenizer.pieces
    assert isinstance(model, Transformer)
    peer = marian(model)
    target = pad([[START, *found] for found in ours(model)(rows, 1)])
    apart = logits_apart(model, peer, pad(rows), target)
    assert apart < FURTHEST_APART, f"Logits are {apart} apart: not the same model."
    everybody = {"ours": ours(model), "Hugging Face Marian": hugging_face(peer)}
    for kind in ("float32", "int8"):
        everybody[f"CTranslate2 {kind}"] = in_c(ctranslate2(marian(model), pieces, folder / kind, kind), pieces)
    return everybody, apart


def milliseconds(translate: Translate, batches: Sequence[Sequence[Ids]], width: int) -> tuple[float, float]:
    """By the clock and by the processor, a batch."""
    clock, processor = time.perf_counter(), time.process_time()
    for batch in batches:
        translate(batch, width)
    return (time.perf_counter() - clock) / len(batches) * 1000, (time.process_time() - processor) / len(batches) * 1000


def measure(everybody: dict[str, Translate], batches: Sequence[Sequence[Ids]], width: int, rounds: int) -> dict[str, object]:
    """Medians over rounds of milliseconds a batch, the median over rounds of each ratio to ours, and who says the same as we do."""
    answers = {name: [row for batch in batches for row in translate(batch, width)] for name, translate in everybody.items()}
    same = {name: sum(list(a) == list(b) for a, b in zip(rows, answers["ours"], strict=True)) for name, rows in answers.items()}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in everybody}
    assert same["Hugging Face Marian"] >= 0.9 * len(answers["ours"]), "The peer translates otherwise: it is not the same work."
    for _ in range(rounds):
        for name, translate in everybody.items():
            times[name].append(milliseconds(translate, batches, width))
    result: dict[str, object] = {"the same translations": {name: f"{count} of {len(answers['ours'])}" for name, count in same.items()}}
    for place, kind in enumerate(("clock", "processor")):
        own = [each[place] for each in times["ours"]]
        of = {name: [each[place] for each in values] for name, values in times.items()}
        ratios = {name: statistics.median(a / b for a, b in zip(of[name], own, strict=True)) for name in of if name != "ours"}
        result[f"milliseconds, {kind}"] = {name: round(statistics.median(values), 2) for name, values in of.items()}
        result[f"ratios, {kind}"] = {name: round(ratio, 2) for name, ratio in ratios.items()}
    return result


def bench_model(name: str, rounds: int, folder: Path) -> dict[str, object]:
    saved = load_model(find_model(name))
    pairs = next(iter(load_corpus("grammar").held_out.values()))
    rows = [saved.tokenizer.encode(pair.source).ids for pair in pairs[:BATCH]]
    everybody, apart = contestants(saved, rows, folder)
    results: dict[str, object] = {"largest difference of logits to Marian": apart}
    for label, batches in ((f"one sentence, {ALONE} in turn", [[row] for row in rows[:ALONE]]), (f"a batch of {BATCH}", [rows])):
        for width in (1, 4):
            search = "greedy" if width == 1 else f"beam {width}"
            results[f"{search}, {label}"] = found = measure(everybody, batches, width, rounds)
            print(name, search, label, found["ratios, processor"], file=sys.stderr)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description="Our decoding against Hugging Face Marian and CTranslate2.")
    parser.add_argument("models", nargs="*", default=["captions", "toy"], help="names of shipped models or folders of saved ones")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(arguments.models):
            results[Path(name).name] = bench_model(name, arguments.rounds, Path(folder) / str(number))
    about = {"torch": torch.__version__, "threads": 1, "machine": platform.machine(), "alpha": ALPHA, "rounds": arguments.rounds}
    print(json.dumps({"about": about, "decoding": results}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
