"""Parallel text that others publish and a visitor may fetch: where it lies, on what terms, what to expect. Fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass

MULTI30K = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/"
TATOEBA = "https://object.pouta.csc.fi/OPUS-Tatoeba/v2023-04-12/tmx/"


@dataclass(frozen=True)
class File:
    """One file of a data set. `size` (bytes) and `sha256` where it is known to be just this one; else it may change."""

    address: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class DataSet:
    """`files` is one translation memory, or a source and a target line by line, gzip. `rows` is the least number of pairs.

    `terms` and `about` are English texts that the page translates.
    """

    name: str
    title: str
    about: str
    terms: str
    languages: tuple[str, str]
    files: tuple[File, ...]
    rows: int


DATA_SETS = (
    DataSet(
        "multi30k", "Multi30k, English–French", "29,000 captions of photographs with their translations (Elliott et al. 2016, 2017).",
        "The repository that publishes it states no licence: for your own study; do not pass it on.", ("en", "fr"),
        (
            File(MULTI30K + "train.en.gz", 568_929, "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f"),
            File(MULTI30K + "train.fr.gz", 604_242, "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c"),
        ),
        29_000,
    ),
    DataSet(
        "tatoeba-fr", "Tatoeba, English–French", "Everyday sentences translated by volunteers (tatoeba.org, as collected by OPUS).",
        "CC BY 2.0 FR: free to use and to pass on if Tatoeba is named.", ("en", "fr"), (File(TATOEBA + "en-fr.tmx.gz"),), 50_000,
    ),
    DataSet(
        "tatoeba-it", "Tatoeba, English–Italian", "Everyday sentences translated by volunteers (tatoeba.org, as collected by OPUS).",
        "CC BY 2.0 FR: free to use and to pass on if Tatoeba is named.", ("en", "it"), (File(TATOEBA + "en-it.tmx.gz"),), 50_000,
    ),
)  # fmt: skip


def data_set(name: str) -> DataSet:
    return next(found for found in DATA_SETS if found.name == name)
