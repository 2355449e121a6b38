"""What lesson 6 ships, computed by `python -m ui.first toy tokens`: text, tokenizers learnt from it, the vocabulary's film.

- `about["missing"]`: what the model writes for the riddle's sentences with a made-up name.
- `lines`: sentences of the grammar, both languages, one a line (UTF-8); `<kind>.<size>` a SentencePiece model learnt from
  them, `<kind>.<size>.counts` how often each of its pieces stands in the lines, for words and characters too.
- `<side>.places` [moments, n, 2]: rows of the vocabulary of `source` or `target` in the plane in which the used rows of
  the trained matrix differ most, the same plane at every moment; `<side>.ids` their ids, `<side>.used` whether training
  ever moved them, `<side>.part` and `<side>.gender` codes of `PARTS` and `GENDERS`, `<side>.lengths` [moments].
  `<side>.gender_places` likewise in the plane of `_gender_plane`. `about[side]`: how often the nearest row is the same
  part of speech, and of a noun the nearest noun has the same French gender, before and after training, with chance.
- `<side>.near` [2, n, k]: at the first and last moment the most similar used rows (places in `ids`), `<side>.cosines` theirs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from figures.measures import cosines
from model.corpora import Pair, load_corpus
from model.corpora.grammar_lexicon import NOUNS
from model.tokenizers import WORD_START, Tokenizer, count_pieces, train_tokenizer
from model.tokenizers.base import FIRST_LEARNT
from model.tokenizers.subword import SubwordTokenizer
from ui import sentences
from ui.lessons.tokens_missing import measured_missing

if TYPE_CHECKING:
    from model.saved import SavedModel

PAIRS = 1_000  # of the grammar: enough to learn from, and learnt from in a moment
SIZES = (300, 320, 350, 400, 450, 500, 600, 700, 800, 1000, 1500, 2000)
KINDS = ("word", "bpe", "unigram", "character")
MOMENTS = 12
NEAREST = 6
PARTS = ("noun", "verb", "adjective", "name", "small word", "not used")
GENDERS = ("none", "feminine", "masculine")
_SMALL = len(PARTS) - 2
_MOVED = 0.01  # a row that no sentence used keeps its first numbers


def measured(saved: SavedModel) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and what is said about them; without frames, or with a tokenizer that has no words, what is `missing` alone."""
    missing = measured_missing(saved, tuple(sentences.RIDDLE.values()))
    frames = _frames(saved)
    if not frames:  # the lesson takes the text and the film of a model that has one
        return {}, {"missing": missing}
    pairs = load_corpus("grammar", 0, PAIRS).train
    lines = [line for pair in pairs for line in (pair.source, pair.target)]
    arrays = {"lines": np.frombuffer("\n".join(lines).encode(), dtype=np.uint8), **_tokenizers(lines)}
    about: dict[str, Any] = {"sizes": SIZES, "pairs": PAIRS, "steps": [step for step, _ in frames], "missing": missing}
    labels = _labels(load_corpus("grammar", 0, 4 * PAIRS).train)
    for side in ("source", "target"):
        matrices = [parameters[f"{side}_embedding.weight"].astype(np.float64) for _, parameters in frames]
        found, about[side] = _film(matrices, saved.tokenizer.pieces, labels[side])
        arrays |= {f"{side}.{name}": values for name, values in found.items()}
    return arrays, about


def _tokenizers(lines: Sequence[str]) -> dict[str, np.ndarray]:
    """The sub-word models of every size as bytes, and of all four kinds the counts of the pieces."""
    found: dict[str, np.ndarray] = {}
    for kind in KINDS:
        for size in SIZES:
            tokenizer = train_tokenizer(kind, lines, size)
            if isinstance(tokenizer, SubwordTokenizer):
                found[f"{kind}.{size}"] = np.frombuffer(tokenizer.as_bytes(), dtype=np.uint8)
            found[f"{kind}.{size}.counts"] = _counts(tokenizer, lines)
    return found


def _counts(tokenizer: Tokenizer, lines: Sequence[str]) -> np.ndarray:
    return np.minimum(count_pieces(tokenizer, lines), np.iinfo(np.uint16).max).astype(np.uint16)


def _frames(saved: SavedModel) -> list[tuple[int, dict[str, np.ndarray]]]:
    """Step and parameters of some moments of the model's film, the first and the last among them; none where it has no film."""
    from safetensors.numpy import load_file

    from model.frames import frame_paths

    folder = _folder(saved)
    paths = list(frame_paths(folder).items()) if folder else []
    if len(paths) < 2:
        return []
    chosen = sorted({round(place) for place in np.linspace(0, len(paths) - 1, MOMENTS)})
    return [(paths[place][0], load_file(paths[place][1])) for place in chosen]


def _folder(saved: SavedModel) -> Path | None:
    """Where the shipped model of these parameters stands."""
    from ui import first

    folders = [path.parent for path in first.MODELS.glob("*/config.json")]
    return next((folder for folder in folders if first.sha256_of(folder.name) == saved.sha256), None)


Label = tuple[int, int]  # part of speech, gender


def _labels(pairs: Sequence[Pair]) -> dict[str, dict[str, Label]]:
    """For each side: word -> its most frequent part of speech in the grammar's own gold, and the gender it has in French."""
    counts: dict[str, defaultdict[str, Counter[str]]] = {side: defaultdict(Counter) for side in ("source", "target")}
    for pair in pairs:
        if pair.gold is not None:
            for side, words in (("source", pair.gold.source_words), ("target", pair.gold.target_words)):
                for word in words:
                    counts[side][word.text][word.part_of_speech] += 1
    genders = {"source": dict(_genders("english")), "target": dict(_genders("french"))}
    return {side: {word: (_part(seen), genders[side].get(word, 0)) for word, seen in found.items()} for side, found in counts.items()}


def _genders(language: str) -> Iterator[tuple[str, int]]:
    for noun in NOUNS:
        if "name" not in noun.kinds:
            for form in (getattr(noun, language), getattr(noun, f"{language}_plural")):
                if form:
                    yield form, GENDERS.index("feminine" if noun.gender == "f" else "masculine")


def _part(seen: Counter[str]) -> int:
    part = seen.most_common(1)[0][0]
    return PARTS.index(part) if part in PARTS else _SMALL


def _film(matrices: Sequence[np.ndarray], pieces: Sequence[str], labels: dict[str, Label]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """One side's vocabulary at every moment [V, d_model], as the module says."""
    first, last = matrices[0], matrices[-1]
    moved = np.abs(last - first).max(axis=1) > _MOVED
    ids = np.array(
        [number for number in range(FIRST_LEARNT, len(pieces)) if not moved[number] or pieces[number].strip(WORD_START) in labels]
    )
    used = moved[ids]
    told = [labels.get(pieces[number].removeprefix(WORD_START), (_SMALL, 0)) for number in ids]
    part = np.where(used, [kind for kind, _ in told], len(PARTS) - 1)
    gender = np.where(used & (part == 0), [gender for _, gender in told], 0)
    middle, axes, share = _plane(last[ids[used]])
    places = np.stack([(matrix[ids] - middle) @ axes.T for matrix in matrices])
    between, gender_axes = _gender_plane(last[ids], gender)
    gender_places = np.stack([(matrix[ids] - between) @ gender_axes.T for matrix in matrices])
    near, likeness = zip(*(_nearest(matrix[ids], used) for matrix in (first, last)), strict=True)
    nouns = gender > 0
    noun_near = [_nearest(matrix[ids], nouns)[0][:, 0] for matrix in (first, last)]
    arrays = {
        "ids": ids.astype(np.uint16), "used": used, "part": part.astype(np.uint8), "gender": gender.astype(np.uint8),
        "places": places.astype(np.float16), "gender_places": gender_places.astype(np.float16),
        "near": np.stack(near), "cosines": np.stack(likeness),
        "lengths": np.stack([np.sqrt((matrix[ids[used]] ** 2).mean()) for matrix in matrices]).astype(np.float32),
    }  # fmt: skip
    said = {
        "share": [float(value) for value in share], "rows": int(used.sum()), "nouns": int(nouns.sum()),
        "part": [_agreement(places[:, 0], part, used) for places in near], "part_chance": _chance(part[used]),
        "gender": [_agreement(places, gender, nouns) for places in noun_near], "gender_chance": _chance(gender[nouns]),
        "across_is_plural": _order(gender_places[-1, nouns, 0], np.array([_is_plural(pieces[number]) for number in ids[nouns]])),
        "left_out": [left_out(matrix[ids[nouns]], gender[nouns]) for matrix in (first, last)],
    }  # fmt: skip
    return arrays, said


def _plane(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middle of the rows, the two directions in which they differ most [2, d], and the share of the spread in each."""
    middle = rows.mean(axis=0)
    _, sizes, directions = np.linalg.svd(rows - middle, full_matrices=False)
    axes = directions[:2] * np.sign(directions[:2].sum(axis=1, keepdims=True))  # the sign of a direction is free: fix it
    return middle, axes, sizes[:2] ** 2 / (sizes**2).sum()


def _gender_plane(rows: np.ndarray, gender: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The point between the means of feminine and masculine nouns [d], and two directions [2, d].

    Across: in which nouns of one gender differ most. Up: from the masculine to the feminine mean, upright to the first.
    """
    groups = [rows[gender == code] for code in (1, 2)]
    means = [group.mean(axis=0) for group in groups]
    _, _, directions = np.linalg.svd(np.concatenate([group - mean for group, mean in zip(groups, means, strict=True)]), full_matrices=False)
    across = directions[0] * np.sign(directions[0].sum())
    up = means[0] - means[1]
    up -= (up @ across) * across
    return (means[0] + means[1]) / 2, np.stack([across, up / np.linalg.norm(up)])


def left_out(rows: np.ndarray, codes: np.ndarray) -> float:
    """How often a row, left out when the means of its two groups are taken, lies on its own group's side between them."""
    right = 0
    for number in range(len(rows)):
        others = np.arange(len(rows)) != number
        one, two = (rows[others & (codes == code)].mean(axis=0) for code in (1, 2))
        right += bool(((rows[number] - (one + two) / 2) @ (one - two) > 0) == (codes[number] == 1))
    return right / len(rows)


def _is_plural(piece: str) -> bool:
    word = piece.removeprefix(WORD_START)
    return any(word in (noun.english_plural, noun.french_plural) and word not in (noun.english, noun.french) for noun in NOUNS)


def _order(values: np.ndarray, chosen: np.ndarray) -> float:
    """How often a chosen value is the larger one of a chosen and another."""
    pairs = values[chosen][:, None] > values[~chosen][None, :]
    return float(pairs.mean())


def _nearest(rows: np.ndarray, used: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row those of the `used` rows with the largest cosine, itself aside: places [n, k] and cosines [n, k]."""
    likeness = cosines(rows, rows)
    np.fill_diagonal(likeness, -2)
    likeness[:, ~used] = -2
    places = np.argsort(-likeness, axis=1, kind="stable")[:, :NEAREST]
    return places.astype(np.uint16), np.take_along_axis(likeness, places, axis=1).astype(np.float16)


def _agreement(nearest: np.ndarray, codes: np.ndarray, chosen: np.ndarray) -> float:
    """Share of the chosen rows whose nearest one (a place) has their own code."""
    return float((codes[nearest] == codes)[chosen].mean())


def _chance(codes: np.ndarray) -> float:
    """How often two different rows agree."""
    counts = np.bincount(codes)
    return float((counts * (counts - 1)).sum() / (len(codes) * (len(codes) - 1)))
