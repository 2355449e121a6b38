"""The command line from end to end in a temporary folder: JSON lines out, one line and code 2 for an error."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from model.__main__ import main
from model.checkpoints import checkpoint_paths, read_checkpoint
from model.config import PRESETS, count_parameters
from model.decoding import books
from model.saved import find_model, load_model
from model.scorer import pad, scorer_for
from model.searches import Beam, beam
from tests.model.tiny import some_pairs

SMALL = [
    f"--set={setting}"
    for setting in (
        "layers=1", "d_model=16", "d_ff=32", "heads=2", "vocabulary=300", "steps=12", "batch=8", "warmup=2", "evaluate_every=6",
        "evaluate_sentences=4", "checkpoint_every=6", "frames=3",
    )
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def precision():
    """`train` chooses fast products for its process; here that is the process of other tests too."""
    before, threads = torch.get_float32_matmul_precision(), torch.get_num_threads()
    yield
    torch.set_float32_matmul_precision(before)
    torch.set_num_threads(threads)


@pytest.fixture
def run(capsys):
    """Run a command in this process: its exit code, its lines read as JSON, and what it said on standard error."""

    def command(*arguments):
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return command


def write_texts(folder):
    pairs = some_pairs(60)
    (folder / "pairs.tsv").write_text("".join(f"{pair.source}\t{pair.target}\tme\n" for pair in pairs) + "no column\n")
    (folder / "source.txt").write_text("".join(pair.source + "\n" for pair in pairs))
    (folder / "target.txt").write_text("".join(pair.target + "\n" for pair in pairs))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with texts, and a run on them by the command itself in a process of its own: (folder, its lines)."""
    folder = tmp_path_factory.mktemp("command")
    write_texts(folder)
    command = [
        sys.executable,
        "-m",
        "model",
        "train",
        "--pairs",
        folder / "pairs.tsv",
        "--tokenizer",
        "word",
        "--out",
        folder / "run",
        *SMALL,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    return folder, [json.loads(line) for line in done.stdout.splitlines()]


def test_train_on_a_table(trained):
    folder, lines = trained
    assert lines[0]["lines"] == 61 and lines[0]["removed"]["wrong_columns"] == 1
    assert lines[0]["kept"] + sum(lines[0]["removed"].values()) == lines[0]["lines"]
    steps = [line for line in lines if "loss" in line and "step" in line]
    assert steps[0]["step"] == 1 and steps[-1]["step"] == 12 and steps[-1]["held_out"]["splits"].keys() == {"validation", "test"}
    assert lines[-1].keys() == {"out", "steps", "seconds", "loss"} and lines[-1]["steps"] == 12
    card = load_model(folder / "run").card
    assert "own" in card["terms"] and "train --pairs" in card["command"] and card["seed"] == 0 and card["step"] in (6, 12)


def test_train_on_two_files_with_their_own_subwords(run, tmp_path):
    write_texts(tmp_path)
    code, lines, err = run(
        "train", "--source", tmp_path / "source.txt", "--target", tmp_path / "target.txt", "--out", tmp_path / "run", *SMALL
    )
    assert (code, err) == (0, "") and lines[-1]["steps"] == 12
    assert load_model(tmp_path / "run").tokenizer.kind == "unigram"


@pytest.mark.parametrize(("corpus", "kind"), [("copying", "word"), ("dates", "character")])
def test_train_on_a_built_in_corpus_with_the_tokenizer_that_suits_it(run, tmp_path, corpus, kind):
    code, lines, err = run("train", "--corpus", corpus, "--sentences", 50, "--out", tmp_path / "run", *SMALL)
    assert (code, err) == (0, "") and lines[-1]["steps"] == 12
    assert load_model(tmp_path / "run").tokenizer.kind == kind


def test_resume_goes_on_to_the_same_end(run, trained, tmp_path):
    """As if the process had ended between its two checkpoints."""
    folder, _ = trained
    arguments = ("--pairs", folder / "pairs.tsv", "--tokenizer", "word", "--threads", 1, *SMALL)
    assert run("train", *arguments, "--out", tmp_path / "run")[0] == 0
    last = tmp_path / "run" / "checkpoints" / "000012.safetensors"
    straight = read_checkpoint(last).parameters
    last.unlink()
    code, lines, err = run("train", "--resume", tmp_path / "run", "--threads", 1)
    assert (code, err) == (0, "") and [line["step"] for line in lines if "step" in line] == [10, 12]
    resumed = read_checkpoint(last).parameters
    assert straight.keys() == resumed.keys() and all(torch.equal(straight[name], resumed[name]) for name in straight)


def test_a_training_starts_from_a_model_and_keeps_its_shape(run, trained, tmp_path):
    """With a rate so small that nothing moves, the parameters are those of the model it started from."""
    run_folder = trained[0] / "run"
    given = ("train", "--start", run_folder, "--pairs", trained[0] / "pairs.tsv", "--set", "steps=2", "--set", "warmup=1", "--threads", 1)
    assert run(*given, "--set", "rate=1e-12", "--set", "dropout=0.2", "--out", tmp_path / "more")[0] == 0
    before, after = load_model(run_folder), load_model(tmp_path / "more")
    assert after.config == before.config.with_(dropout=0.2) and after.tokenizer.pieces == before.tokenizer.pieces
    theirs = dict(before.model.named_parameters())
    for name, parameter in after.model.named_parameters():
        torch.testing.assert_close(parameter, theirs[name], atol=1e-9, rtol=0)
    code, _, err = run(*given, "--set", "layers=3", "--out", tmp_path / "other")
    assert code == 2 and "only dropout may be set" in err


def test_translate(run, trained, tmp_path):
    folder, _ = trained
    code, lines, err = run("translate", "--model", folder / "run", "--beam", 2, "a b c", "h g")
    assert (code, err) == (0, "") and [line["source"] for line in lines] == ["a b c", "h g"]
    for line in lines:
        assert {"source", "source_pieces", "translation", "target_pieces", "log_probability"} <= line.keys()
        assert line["log_probability"] < 0
    (tmp_path / "lines.txt").write_text("a b c\nh g\n")
    assert run("translate", "--model", folder / "run", "--beam", 2, "--input", tmp_path / "lines.txt")[1] == lines


def test_translate_near_a_reference(run, tmp_path):
    """Asked for what is nearest to the worst it finished, it writes that."""
    saved, sentences = load_model(find_model("toy")), ["the old woman saw a small cat", "a boy was tired"]
    rows = pad([saved.tokenizer.encode(sentence).ids for sentence in sentences])
    texts = [
        [saved.tokenizer.decode(found.words) for found in book]
        for book in books(beam(scorer_for(saved.translator, rows), [14, 14], Beam()))
    ]
    worst = [book[-1] for book in texts]
    assert all(last != book[0] for last, book in zip(worst, texts, strict=True))
    (tmp_path / "references.txt").write_text("\n".join(worst) + "\n", encoding="utf-8")
    code, lines, _ = run("translate", "--reference", tmp_path / "references.txt", *sentences)
    assert code == 0 and [line["translation"] for line in lines] == worst
    assert "cannot be compared" in run("translate", "--reference", tmp_path / "references.txt", "a boy")[2]


def test_trace(run, trained, tmp_path):
    folder, _ = trained
    code, lines, err = run("trace", "--model", folder / "run", "a b c", "c b a", "--out", tmp_path / "trace.npz")
    assert (code, err) == (0, "")
    with np.load(tmp_path / "trace.npz") as arrays:
        assert lines[0]["arrays"] == {name: list(arrays[name].shape) for name in lines[0]["arrays"]}
        np.testing.assert_allclose(arrays["decoder.0.cross.weights"].sum(-1), 1, atol=1e-6)
    assert (lines[0]["source"], lines[0]["target"]) == ("a b c", "c b a")


def test_evaluate(run, trained):
    folder, _ = trained
    code, lines, err = run("evaluate", "--model", folder / "run", "--source", folder / "source.txt", "--reference", folder / "target.txt")
    assert (code, err) == (0, "")
    assert {"bleu", "signature", "chrf", "exact_match", "sentences", "seconds"} <= lines[0].keys() and lines[0]["sentences"] == 60


def test_average_is_the_mean_of_the_last_checkpoints(run, trained, tmp_path):
    folder, _ = trained
    (tmp_path / "card.json").write_text('{"hours": 0.5, "limits": "It knows letters."}')
    command = ("average", "--run", folder / "run", "--last", 2, "--card", tmp_path / "card.json", "--out", tmp_path / "mean")
    code, lines, err = run(*command)
    assert (code, err) == (0, "") and lines[0]["averaged"] == [6, 12]
    saved, checkpoints = load_model(tmp_path / "mean"), [read_checkpoint(path) for path in checkpoint_paths(folder / "run")[-2:]]
    for name, parameter in saved.model.named_parameters():
        expected = np.mean([checkpoint.parameters[name].double().numpy() for checkpoint in checkpoints], axis=0)
        np.testing.assert_allclose(parameter.numpy(), expected, atol=1e-7)
    assert saved.card["hours"] == 0.5 and saved.card["limits"] == "It knows letters." and saved.card["seed"] == 0
    assert run(*command, "--half")[0] == 0
    assert (tmp_path / "mean" / "model.safetensors").stat().st_size < 0.6 * (folder / "run" / "model.safetensors").stat().st_size


def test_files_and_a_built_in_corpus_are_mixed_and_held_out_files_are_kept_out(run, tmp_path):
    write_texts(tmp_path)
    held_out = ("--held-out-source", tmp_path / "held.en", "--held-out-target", tmp_path / "held.fr")
    first = (tmp_path / "source.txt").read_text().splitlines()[0]
    (tmp_path / "held.en").write_text(f"{first}\na b a b\n")
    (tmp_path / "held.fr").write_text("b a c d\nb a b a\n")
    files = ("--source", tmp_path / "source.txt", "--target", tmp_path / "target.txt", *held_out)
    code, lines, err = run("train", *files, "--corpus", "copying", "--sentences", 30, "--out", tmp_path / "run", *SMALL)
    assert (code, err) == (0, "")
    scores = next(line for line in lines if "held_out" in line)["held_out"]["splits"]
    assert scores.pop("own.validation")["sentences"] == 2 and all(name.startswith("copying.") for name in scores), scores.keys()
    about = json.loads((tmp_path / "run" / "run.json").read_text())["corpus"]
    assert about["name"] == "own + copying" and about["pairs"] == 30 + lines[0]["kept"] - 1
    assert run("train", "--resume", tmp_path / "run")[0] == 0, "the same corpus is built again"


@pytest.mark.parametrize("preset", ["base", "big", "toy"])
def test_parameters(run, preset):
    code, lines, _ = run("parameters", "--preset", preset)
    assert code == 0 and lines[0]["parts"] == count_parameters(PRESETS[preset]) and lines[0]["total"] == sum(lines[0]["parts"].values())


def test_parameters_of_the_base_model(run):
    assert run("parameters", "--preset", "base", "--vocabulary", 37_000)[1][0]["total"] == 63_045_632


WRONG = [
    ((), "COMMAND"),
    (("fly",), "invalid choice"),
    (("parameters", "--preset", "huge"), "There is no preset 'huge'"),
    (("parameters", "--vocabulary", "many"), "invalid int value"),
    (("parameters", "--vocabulary", "2"), "no room beside the four special tokens"),
    (("train", "--corpus", "copying"), "--out"),
    (("train", "--out", "{tmp}/x"), "Give what to learn from"),
    (("train", "--corpus", "poems", "--out", "{tmp}/x"), "poems"),
    (("train", "--source", "s", "--pairs", "x.tsv", "--out", "{tmp}/x"), "not allowed with"),
    (("train", "--source", "{tmp}/s", "--out", "{tmp}/x"), "--target"),
    (("train", "--pairs", "{tmp}/none.tsv", "--out", "{tmp}/x"), "none.tsv"),
    (("train", "--corpus", "copying", "--out", "{tmp}/x", "--set", "speed=3"), "'speed=3'"),
    (("train", "--corpus", "copying", "--out", "{tmp}/x", "--set", "steps=many"), "steps is 'many'"),
    (
        ("train", "--corpus", "copying", "--sentences", "20", "--out", "{tmp}/x", "--set", "kind=encoder", "--set", "classes=2"),
        "kind=encoder_decoder",
    ),
    (("train", "--corpus", "copying", "--sentences", "20", "--out", "{tmp}/x", "--tokenizer", "syllable"), "syllable"),
    (("train", "--resume", "{tmp}/nothing"), "run.json"),
    (("translate", "--model", "{tmp}/nothing", "a"), "There is no model"),
    (("translate",), "Give sentences"),
    (("evaluate", "--source", "{tmp}/none"), "--reference"),
    (("evaluate", "--model", "toy", "--source", "{tmp}/none", "--reference", "{tmp}/none"), "none"),
    (("trace", "a b c", "--model", "{tmp}/nothing", "--out", "{tmp}/x.npz"), "There is no model"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=lambda value: value if isinstance(value, str) else None)
def test_an_error_is_one_line_and_code_2(run, tmp_path, arguments, said):
    code, lines, err = run(*(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert code == 2 and not lines
    assert said in err and len(err.splitlines()) == 1 and err.startswith("python -m model"), err
    assert not (tmp_path / "x" / "config.json").exists(), "nothing half-made is left"


def test_a_folder_is_not_trained_in_twice(run, trained):
    folder, _ = trained
    code, _, err = run("train", "--pairs", folder / "pairs.tsv", "--out", folder / "run", *SMALL)
    assert code == 2 and "already holds a run" in err and len(err.splitlines()) == 1


def test_divergence_is_an_error_of_one_line(run, trained, tmp_path):
    folder, _ = trained
    code, lines, err = run("train", "--pairs", folder / "pairs.tsv", "--out", tmp_path / "run", *SMALL, "--set=rate=1e6")
    assert code == 2 and "no longer a finite number" in err and len(err.splitlines()) == 1
    assert lines, "what went before is told"


def test_who_stops_reading_is_no_error():
    """`python -m model ... | head -1`."""
    command = f"{sys.executable} -m model parameters --preset base | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
