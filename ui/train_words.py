"""What is said of a run: its state in one sentence, durations, and the names of what can be learnt and set."""

from __future__ import annotations

from lab import RunView
from lab.spec import STORIES
from ui.wording import sentence_of
from ui.words import _, many

CORPORA = ("simple", "grammar", "reversing", "sorting", "dates", STORIES)
OWN = "own"
NORMS = ("post", "pre", "none")


def corpus_title(name: str) -> str:
    return {
        "simple": _("English to French"),
        "grammar": _("The whole grammar"),
        "reversing": _("Reversing"),
        "copying": _("Copying"),
        "sorting": _("Sorting"),
        "dates": _("Dates"),
        STORIES: _("Stories"),
        OWN: _("Your own text"),
    }.get(name, name)


def learnt(run: RunView) -> str:
    """What a run learns, for the table of runs."""
    if run.kind == "import":
        return _("brought along")
    return corpus_title(run.spec.corpus.name) if run.spec.corpus.kind == "built-in" else run.spec.corpus.name


def preset_title(name: str) -> str:
    return {"toy": _("the toy: 2 layers, 4 heads"), "one_head": _("least: 1 layer, 1 head"), "larger": _("larger: 3 layers, 8 heads")}[name]


def tokenizer_title(kind: str) -> str:
    return {
        "unigram": _("parts of words (unigram)"),
        "bpe": _("parts of words (BPE)"),
        "word": _("words"),
        "character": _("characters"),
    }[kind]


def corpus_lead(name: str) -> str:
    """What the corpus asks of a model, in one sentence."""
    return {
        "simple": _("A small language of 130 English words and 140 French ones in simple sentences; “it” has to find its noun."),
        "grammar": _("The whole of it, with twice the words, plurals, capitals, and names never met before: it takes longer to learn."),
        "reversing": _("The same words in reverse order: every word must look at the far end of the line."),
        "copying": _("The same words once more: the least a model can learn."),
        "sorting": _("The same words in order: position no longer helps, only what a word is."),
        "dates": _("Dates as people write them, turned into year-month-day, character by character."),
        STORIES: _(
            "Small stories, for a decoder alone (as GPT): given the first sentence it goes on. No one ending is the right one, so what "
            "counts is how many of its sentences fit what stands before."
        ),
        OWN: _("Pairs of lines of your own. They stay on this server; whoever has the link to a run sees a few of them."),
    }.get(name, "")


def setting_title(name: str) -> str:
    """What a setting is called on the page; also where a rule it breaks is said."""
    return {
        "steps": _("Steps"),
        "d_model": _("Width, d_model"),
        "heads": _("Heads"),
        "layers": _("Layers"),
        "vocabulary": _("Different pieces, at most"),
        "rate": _("Learning rate, at its peak"),
        "batch": _("Texts in a batch"),
        "dropout": _("Dropout"),
        "seed": _("Seed"),
    }.get(name, name)


def norm_title(name: str) -> str:
    return {"post": _("after (the paper)"), "pre": _("before"), "none": _("none")}[name]


def positions_title(name: str) -> str:
    return {"sinusoidal": _("sines and cosines"), "learned": _("learned"), "none": _("none")}[name]


def duration(seconds: float) -> str:
    """A few words: 20 s, 3 min."""
    if seconds < 1:
        return _("a moment")
    if seconds < 90:
        return _("{count} s").format(count=round(seconds))
    return _("{count} min").format(count=round(seconds / 60))


def percent(share: float) -> str:
    """Of a hundred, rounded down: 100 means all of them, and 99 no fewer."""
    return f"{int(share + 1e-6)}"  # a share is a quotient, so that 99 may be 98.999...


def state_name(state: str) -> str:
    return {
        "queued": _("waiting"), "running": _("training"), "paused": _("paused"), "done": _("done"),
        "stopped": _("stopped"), "failed": _("failed"), "diverged": _("diverged"),
    }[state]  # fmt: skip


def state_sentence(run: RunView) -> str:
    """The state of a run, and what is to come."""
    values = {"step": f"{run.step:,}", "steps": f"{run.steps:,}"}
    if run.state == "queued":
        return _queued(run)
    if run.state == "running":
        return _running(run, values)
    if run.kind == "import":
        shape = run.spec.members[0].shape
        sizes = {"layers": shape.layers, "heads": shape.heads, "width": shape.d_model}
        return _("Brought along as files and checked: {layers} + {layers} layers, {heads} heads, d_model {width}.").format(**sizes)
    if run.state == "done":
        seconds = duration(sum(member.seconds for member in run.members))
        return _("Done: {steps} steps, {seconds} of training.").format(steps=values["steps"], seconds=seconds)
    why = sentence_of(run.message) if run.message is not None else ""
    if run.step == 0 and run.state != "diverged":
        return {
            "paused": _("Paused before its first step; it can go on from here."),
            "stopped": _("Stopped before its first step."),
            "failed": _("Failed before its first step: {why}"),
        }[run.state].format(why=why)
    return {
        "paused": _("Paused after step {step} of {steps}; it can go on from here."),
        "stopped": _("Stopped after step {step} of {steps}; what it has learnt is kept."),
        "failed": _("Failed after step {step} of {steps}: {why}"),
        "diverged": _("Diverged. {why}"),
    }[run.state].format(**values, why=why)


def _queued(run: RunView) -> str:
    if run.restarts:
        return _("Its process was lost; another one starts and goes on from its last checkpoint.")
    if not run.place:
        return _("Starting.")
    if run.place == 1 and (run.waiting_seconds or 0) < 1:
        return _("Next in line: it starts in a moment.")
    return _("Waiting at place {place} of the queue, for about {seconds} more.").format(
        place=run.place, seconds=duration(run.waiting_seconds or 0)
    )


def _running(run: RunView, values: dict[str, str]) -> str:
    if run.stage or run.step == 0:
        ready = {
            "corpus": _("Getting ready: a process starts and reads its sentences."),
            "tokenizer": _("Getting ready: words are cut into pieces."),
            "encoding": _("Getting ready: pieces become numbers."),
        }.get(run.stage, _("Getting ready: the first step is on its way."))
        return _("Its process was lost; it goes on from its last checkpoint. {ready}").format(ready=ready) if run.restarts else ready
    left = duration(run.remaining_seconds or 0)
    sentence = _("Step {step} of {steps}, {left} to go.").format(**values, left=left)
    if not run.restarts:
        return sentence
    lost = many("Its process was lost once; it went on from its last checkpoint.",
                "Its process was lost {count} times; each time it went on from its last checkpoint.", run.restarts)  # fmt: skip
    return f"{sentence} {lost.format(count=run.restarts)}"
