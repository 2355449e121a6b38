"""Where to read on, once for each lesson: the paper's section, the lecture and its notes, the best explanation elsewhere of this point."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from catalogue import N_

_PAPER = "https://arxiv.org/html/1706.03762v7#"
_LECTURE = "https://www.youtube.com/watch?v=bCz4OMemCcA"
_NOTES = "https://github.com/hkproj/transformer-from-scratch-notes"


@dataclass(frozen=True)
class Further:
    """One place to read on. Titles are names and stay as they are; `why` is translated where it is drawn."""

    title: str
    address: str
    why: str


LECTURE = (
    Further("Umar Jamil, Attention is all you need", _LECTURE, N_("the lecture these lessons follow, an hour at the blackboard")),
    Further("Umar Jamil, notes", _NOTES, N_("the slides of that lecture, to leaf through")),
)


def _paper(section: str, anchor: str, why: str) -> Further:
    return Further(f"Vaswani et al. (2017), section {section}", _PAPER + anchor, why)


READING: dict[str, tuple[Further, ...]] = {
    "introduction": (
        _paper("1", "S1", N_("what the authors set out to replace, in one page")),
        Further(
            "Jay Alammar, The Illustrated Transformer", "https://jalammar.github.io/illustrated-transformer/",
            N_("the whole machine in pictures, one idea at a time"),
        ),
    ),
    "recurrent-networks": (
        _paper("4", "S4", N_("the table of path lengths")),
        Further(
            "Christopher Olah, Understanding LSTM Networks", "https://colah.github.io/posts/2015-08-Understanding-LSTMs/",
            N_("what the gates of an LSTM are for, drawn clearly"),
        ),
    ),
    "overview": (
        _paper("3.1", "S3.SS1", N_("the two stacks")),
        Further(
            "The Annotated Transformer", "https://nlp.seas.harvard.edu/annotated-transformer/",
            N_("the paper line by line, with code that runs"),
        ),
    ),
    "mathematics": (
        _paper("3.2.1", "S3.SS2.SSS1", N_("where the matrix products are put to work")),
        Further(
            "3Blue1Brown, Essence of linear algebra", "https://www.3blue1brown.com/topics/linear-algebra",
            N_("matrices as movements of space, animated"),
        ),
    ),
    "encoder": (
        _paper("3.3", "S3.SS3", N_("the feed-forward network")),
        Further(
            "Elhage et al., A Mathematical Framework for Transformer Circuits",
            "https://transformer-circuits.pub/2021/framework/index.html", N_("the stream that layers read from and write to"),
        ),
    ),
    "embeddings": (
        _paper("3.4", "S3.SS4", N_("embeddings, and their factor of √d_model")),
        Further(
            "Andrej Karpathy, Let's build the GPT Tokenizer", "https://www.youtube.com/watch?v=zduSFxRajkE",
            N_("byte-pair encoding built by hand, and the odd things it causes"),
        ),
        Further("Kudo (2018), Subword Regularization", "https://arxiv.org/abs/1804.10959", N_("the unigram tokenizer and its lattice")),
    ),
    "positions": (
        _paper("3.5", "S3.SS5", N_("the sines and cosines, and the hypothesis about offsets")),
        Further(
            "Amirhossein Kazemnejad, Positional Encoding", "https://kazemnejad.com/blog/transformer_architecture_positional_encoding/",
            N_("why sines, and the proof that an offset is a rotation"),
        ),
    ),
    "self-attention": (
        _paper("3.2.1", "S3.SS2.SSS1", N_("scaled dot-product attention; footnote 4 has the argument for √d_k")),
        Further(
            "3Blue1Brown, Attention in transformers", "https://www.3blue1brown.com/lessons/attention",
            N_("queries and keys as questions and answers, animated"),
        ),
        Further(
            "Transformer Explainer", "https://poloclub.github.io/transformer-explainer/",
            N_("the same matrices inside GPT-2, in your browser"),
        ),
    ),
    "heads": (
        _paper("3.2.2", "S3.SS2.SSS2", N_("multi-head attention")),
        Further(
            "Voita et al. (2019), Analyzing Multi-Head Self-Attention", "https://lena-voita.github.io/posts/acl19_heads.html",
            N_("which heads of a translator matter, and how many can go"),
        ),
        Further("Clark et al. (2019), What Does BERT Look At?", "https://arxiv.org/abs/1906.04341", N_("heads counted over a corpus")),
    ),
    "query-key-value": (
        _paper("3.2", "S3.SS2", N_("attention as a look-up, in two sentences")),
        Further(
            "Bahdanau et al. (2014)", "https://arxiv.org/abs/1409.0473",
            N_("the first attention of a translator, before the words query and key"),
        ),
    ),
    "normalization": (
        _paper("3.1", "S3.SS1", N_("LayerNorm(x + Sublayer(x))")),
        Further("Xiong et al. (2020), On Layer Normalization", "https://arxiv.org/abs/2002.04745", N_("why pre-norm needs no warm-up")),
    ),
    "decoder": (
        _paper("3.2.3", "S3.SS2.SSS3", N_("the three uses of attention")),
        Further(
            "Lena Voita, NLP Course: Seq2seq and Attention", "https://lena-voita.github.io/nlp_course/seq2seq_and_attention.html",
            N_("from the encoder's memory to the next word, with exercises"),
        ),
    ),
    "mask": (
        _paper("3.2.3", "S3.SS2.SSS3", N_("the mask: minus infinity before the softmax")),
        Further(
            "The Annotated Transformer", "https://nlp.seas.harvard.edu/annotated-transformer/",
            N_("subsequent_mask and the shifted target, in code"),
        ),
    ),
    "training": (
        _paper("5", "S5", N_("batches, schedule, dropout, label smoothing")),
        Further(
            "Müller et al. (2019), When Does Label Smoothing Help?", "https://arxiv.org/abs/1906.02629",
            N_("what smoothing does to the last layer"),
        ),
    ),
    "inference": (
        _paper("6.1", "S6.SS1", N_("beam of 4, length penalty 0.6")),
        Further(
            "Patrick von Platen, How to generate text", "https://huggingface.co/blog/how-to-generate",
            N_("greedy, beam and sampling side by side"),
        ),
        Further("Wu et al. (2016), section 7", "https://arxiv.org/abs/1609.08144", N_("where the length penalty comes from")),
        Further(
            "Stahlberg and Byrne (2019), On NMT Search Errors and Model Errors", "https://arxiv.org/abs/1908.10090",
            N_("how often the most probable translation is empty"),
        ),
        Further(
            "Holtzman et al. (2019), The Curious Case of Neural Text Degeneration", "https://arxiv.org/abs/1904.09751",
            N_("where top-p comes from"),
        ),
    ),
}  # fmt: skip


def reading_of(slug: str, own: Sequence[Further] = ()) -> list[Further]:
    """The list of a lesson, each work once: its own, or the one kept here; then the lecture."""
    works: dict[str, Further] = {}
    for place in (*(own or READING.get(slug, ())), *LECTURE):
        number = re.search(r"\d{4}\.\d{5}", place.address)  # of arXiv, whatever edition or section the address names
        works.setdefault(number[0] if number else place.address, place)
    return list(works.values())
