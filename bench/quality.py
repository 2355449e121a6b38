"""The live run of the Train page, timed and tested: python -m bench.quality [--seeds 5] [--steps 500] [--corpus grammar] > quality.json

From random parameters to the last step, a seed at a time. Seconds are of training alone, after the corpus and its tokenizer are
ready and one step is done, without evaluation. Exact matches are shares of the 1,000 unseen sentences and the 1,000 unseen
combinations, greedy. Two threads; a quiet machine, please. `reached`: how many seeds had 99 % of both within 10 seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from typing import Any

# Read once, when torch is imported.
os.environ["OMP_NUM_THREADS"] = "2"
os.environ["MKL_NUM_THREADS"] = "2"

from lab.spec import DEFAULT_CORPUS, MemberSpec, plan
from model.corpora import Corpus, load_corpus
from model.tokenizers import Tokenizer, train_tokenizer
from model.training import train, use_fast_arithmetic
from model.transformer import Transformer, new_model

THREADS, SENTENCES = 2, 1000
GOAL, SECONDS = 0.99, 10.0


def measured(corpus: Corpus, tokenizer: Tokenizer, member: MemberSpec) -> dict[str, Any]:
    """One training from random parameters to its end."""
    config = member.training.with_(evaluate_every=0, evaluate_sentences=SENTENCES, frames=0)
    model = new_model(member.shape.with_(vocabulary=len(tokenizer.pieces)), config.seed)
    assert isinstance(model, Transformer)
    first, *_, last = train(model, tokenizer, corpus, config)
    assert last.held_out is not None
    exact = {name: split.exact_match for name, split in last.held_out.splits.items()}
    return {"seed": config.seed, "steps": config.steps, "seconds": round(last.seconds - first.seconds, 2), "exact_match": exact}


def reached(run: dict[str, Any]) -> bool:
    return run["seconds"] <= SECONDS and all(share >= GOAL for share in run["exact_match"].values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--corpus", default=DEFAULT_CORPUS)
    parser.add_argument("--steps", type=int)
    options = parser.parse_args()
    settings = {} if options.steps is None else {"steps": options.steps}
    members = [plan("live", options.corpus, seed=seed, **settings).members[0] for seed in range(options.seeds)]
    corpus = load_corpus(options.corpus)
    texts = [text for pair in corpus.train for text in (pair.source, pair.target)]
    tokenizer = train_tokenizer("word", texts, members[0].shape.vocabulary)
    use_fast_arithmetic(members[0].shape.d_model, THREADS)
    runs = []
    for member in members:
        runs.append(measured(corpus, tokenizer, member))
        print(runs[-1], file=sys.stderr, flush=True)
    told = {"machine": platform.processor() or platform.machine(), "threads": THREADS, "load": os.getloadavg(), "corpus": options.corpus}
    print(json.dumps({**told, "reached": sum(map(reached, runs)), "runs": runs}, indent=1))


if __name__ == "__main__":
    main()
