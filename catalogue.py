"""The course as frozen data: its pages, the question each one answers, and the parts of the stage each one uses.

Texts are marked with `N_` for the translators and translated where they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent / "pages"


def N_(text: str) -> str:
    """Mark a text for translation without translating it."""
    return text


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page. `stage` names the controls it uses, of source, target, model, layer, head, position; `lead` stands under the title."""

    slug: str
    title: str
    question: str
    lead: str = ""
    stage: tuple[str, ...] = ()
    minutes: int = 10

    @property
    def script(self) -> Path:
        """Where the page is written; one that is not written yet is announced on the map and not in the navigation."""
        return SCRIPTS / f"{self.slug.replace('-', '_')}.py"

    @property
    def ready(self) -> bool:
        return self.script.is_file()


@dataclass(frozen=True, kw_only=True)
class Lesson(Page):
    """A lesson. `prerequisites` are slugs of lessons, or words explained in a pop-up at their first use."""

    number: int
    part: str
    prerequisites: tuple[str, ...] = ()


WHY, ENCODER, DECODER, LEARNING = (
    N_("Part I: why and what"),
    N_("Part II: the encoder"),
    N_("Part III: the decoder"),
    N_("Part IV: training and use"),
)
PARTS = (WHY, ENCODER, DECODER, LEARNING)

LESSONS = (
    Lesson(
        number=1, slug="introduction", part=WHY, title=N_("Introduction"), minutes=8, stage=("source", "target", "model"),
        question=N_("What happens between a sentence and its translation?"),
    ),
    Lesson(
        number=2, slug="recurrent-networks", part=WHY, title=N_("Recurrent networks"), minutes=12, prerequisites=("derivative",),
        question=N_("Why is reading one word after the other not enough?"),
    ),
    Lesson(
        number=3, slug="overview", part=WHY, title=N_("Overview"), minutes=10, stage=("source", "target", "model"),
        question=N_("What is a Transformer made of, down to its last number?"),
    ),
    Lesson(
        number=4, slug="mathematics", part=WHY, title=N_("Maths and notation"), minutes=12, stage=("source", "model"),
        prerequisites=("matrix", "rows"), question=N_("How can a sentence be a table of numbers?"),
    ),
    Lesson(
        number=5, slug="encoder", part=ENCODER, title=N_("Encoder"), minutes=12, stage=("source", "model", "layer", "position"),
        prerequisites=("mathematics",), question=N_("What does the encoder do to a word?"),
    ),
    Lesson(
        number=6, slug="embeddings", part=ENCODER, title=N_("Tokens and embeddings"), minutes=12, stage=("source", "model"),
        question=N_("How does a word become numbers?"),
    ),
    Lesson(
        number=7, slug="positions", part=ENCODER, title=N_("Positional encoding"), minutes=12, stage=("source", "model", "position"),
        prerequisites=("embeddings", "rows"), question=N_("How does the model know which word comes first?"),
    ),
    Lesson(
        number=8, slug="self-attention", part=ENCODER, title=N_("Self-attention"), minutes=15,
        stage=("source", "model", "layer", "head", "position"), prerequisites=("mathematics", "matrix", "rows", "exponential"),
        question=N_("How does a word look at the other words?"),
    ),
    Lesson(
        number=9, slug="heads", part=ENCODER, title=N_("Multi-head attention"), minutes=15,
        stage=("source", "target", "model", "layer", "head"), prerequisites=("self-attention", "rows"),
        question=N_("Why several heads, and what does each of them do?"),
    ),
    Lesson(
        number=10, slug="query-key-value", part=ENCODER, title=N_("Query, key, value"), minutes=15,
        stage=("source", "target", "model", "layer", "head", "position"), prerequisites=("self-attention",),
        question=N_("What does a word ask for, and who answers?"),
    ),
    Lesson(
        number=11, slug="normalization", part=ENCODER, title=N_("Normalization and residuals"), minutes=12,
        stage=("source", "model", "layer", "position"), prerequisites=("encoder",),
        question=N_("What keeps a deep stack of layers from falling apart?"),
    ),
    Lesson(
        number=12, slug="decoder", part=DECODER, title=N_("Decoder"), minutes=15, stage=("source", "target", "model", "layer", "head"),
        prerequisites=("query-key-value",), question=N_("How does each French word find its English one?"),
    ),
    Lesson(
        number=13, slug="mask", part=DECODER, title=N_("Masked self-attention"), minutes=12,
        stage=("source", "target", "model", "layer", "head"), prerequisites=("decoder",),
        question=N_("Why must a word never see the next one?"),
    ),
    Lesson(
        number=14, slug="training", part=LEARNING, title=N_("Training"), minutes=20, stage=("source", "target", "model"),
        prerequisites=("mask", "probability", "logarithm", "derivative"), question=N_("How does random noise become a translator?"),
    ),
    Lesson(
        number=15, slug="inference", part=LEARNING, title=N_("Inference"), minutes=15, stage=("source", "model"),
        prerequisites=("decoder", "probability", "logarithm"), question=N_("How is a translation chosen, word by word?"),
    ),
)  # fmt: skip

HOME = Page(
    slug="home", title=N_("Home"), minutes=3, stage=("source", "flow"),
    question=N_("How does a pile of numbers know what “it” means?"),
    lead=N_(
        "Swap a word or write a sentence of your own, and a small Transformer turns it into French before your eyes. "
        "Every thread, map and number on these pages is computed by that model on your sentence; nothing is drawn by hand."
    ),
)  # fmt: skip

LABORATORY = (
    Page(
        slug="inspect", title=N_("Inspect"), minutes=10, stage=("source", "target", "model"),
        question=N_("What does every head look at, and why?"),
    ),
    Page(
        slug="train", title=N_("Train"), minutes=10, stage=("source", "target", "model"),
        question=N_("What can a model of your own learn in a minute?"),
    ),
    Page(slug="generate", title=N_("Generate"), question=N_("How does a story go on?")),
    Page(slug="classify", title=N_("Classify"), question=N_("What can the first vector alone decide?")),
    Page(slug="since-2017", title=N_("Since 2017"), question=N_("What has changed since the paper, and does it matter?")),
)  # fmt: skip

SHELVES = (
    Page(
        slug="progress", title=N_("Progress"), minutes=2, question=N_("How far have you come?"),
        lead=N_("Your bets, your first answers and what will be asked again, along the fifteen lessons."),
    ),
)  # fmt: skip

PAGES: tuple[Page, ...] = (HOME, *LESSONS, *LABORATORY, *SHELVES)

# The order in which the riddle is solved soonest; the numbers follow the lecture.
STORY = (1, 6, 4, 10, 8, 7, 9, 13, 12, 15, 14, 2, 3, 5, 11)


def page(slug: str) -> Page:
    """The page of that name."""
    return next(found for found in PAGES if found.slug == slug)


def lesson(number: int) -> Lesson:
    return LESSONS[number - 1]


def following(slug: str) -> Lesson | None:
    """The next finished lesson in the order of the lecture, None after the last."""
    return _next_ready(slug, LESSONS)


def following_in_story(slug: str) -> Lesson | None:
    """The next finished lesson in the order of the story, None after the last."""
    return _next_ready(slug, tuple(lesson(number) for number in STORY))


def _next_ready(slug: str, order: tuple[Lesson, ...]) -> Lesson | None:
    place = next(index for index, found in enumerate(order) if found.slug == slug)
    return next((found for found in order[place + 1 :] if found.ready), None)
