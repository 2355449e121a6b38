"""What the toy's recipe reaches, and in how many seconds: python -m bench.quality [--seeds 5] [--steps 500] > quality.json

Seconds are of training alone, after the corpus and its tokenizer are ready, without evaluation. Exact matches are shares of
the 1,000 unseen sentences and the 1,000 unseen combinations, greedy. Two threads; a quiet machine, please.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys

# Read once, when torch is imported.
os.environ["OMP_NUM_THREADS"] = "2"
os.environ["MKL_NUM_THREADS"] = "2"

from model.config import preset
from model.corpora import Corpus, load_corpus
from model.tokenizers import Tokenizer, train_tokenizer
from model.train_config import recipe
from model.training import train, use_fast_arithmetic
from model.transformer import Transformer, new_model

THREADS, SENTENCES, PAIRS = 2, 1000, 60_000


def measured(corpus: Corpus, tokenizer: Tokenizer, steps: int, seed: int) -> dict[str, object]:
    """One training from random parameters to its end."""
    config = recipe("toy").with_(steps=steps, seed=seed, evaluate_every=0, evaluate_sentences=SENTENCES, frames=0)
    model = new_model(preset("toy").with_(vocabulary=len(tokenizer.pieces)), seed)
    assert isinstance(model, Transformer)
    *_, last = train(model, tokenizer, corpus, config)
    assert last.held_out is not None
    exact = {name: split.exact_match for name, split in last.held_out.splits.items()}
    return {"seed": seed, "steps": steps, "seconds": round(last.seconds, 2), "exact_match": exact}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=recipe("toy").steps)
    options = parser.parse_args()
    corpus = load_corpus("grammar", 0, PAIRS)
    texts = (text for pair in corpus.train for text in (pair.source, pair.target))
    tokenizer = train_tokenizer("word", texts, preset("toy").vocabulary)
    use_fast_arithmetic(preset("toy").d_model, THREADS)
    runs = []
    for seed in range(options.seeds):
        runs.append(measured(corpus, tokenizer, options.steps, seed))
        print(runs[-1], file=sys.stderr, flush=True)
    print(
        json.dumps(
            {"machine": platform.processor() or platform.machine(), "threads": THREADS, "load": os.getloadavg(), "runs": runs}, indent=1
        )
    )


if __name__ == "__main__":
    main()
