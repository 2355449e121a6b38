# ruff: noqa: B023 (the functions are called at once)
"""A reading against plain NumPy: every array recomputed from the saved weights, end to end, and its labels."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from model.config import END, START, ModelConfig
from model.errors import LabError
from model.read import read
from model.reading import Reading
from model.saved import load_model, save_model
from model.tokenizers import train_tokenizer
from model.transformer import new_model

LINES = ["the cat and the dog sleep", "le chat et le chien dorment", "a bird sings", "un oiseau chante"]


@pytest.fixture(scope="module", params=["post", "pre"])
def folder(request, tmp_path_factory):
    tokenizer = train_tokenizer("word", LINES, 300)
    config = ModelConfig(
        layers=2, d_model=16, d_ff=20, heads=2, d_k=5, d_v=7, vocabulary=len(tokenizer.pieces), maximum_length=80, norm=request.param
    )
    save_model(tmp_path_factory.mktemp("model"), new_model(config, 1), tokenizer, {})
    folder = tmp_path_factory.mktemp("model")
    save_model(folder, new_model(config, 1), tokenizer, {})
    return folder


@pytest.fixture(scope="module")
def reading(folder):
    return read(load_model(folder), "the cat and the dog sleep", "le chat et le chien dorment")


class PlainTransformer:
    """The paper in NumPy, double precision, one sentence, reading parameters by name. Shares no code with the model."""

    def __init__(self, folder, config: ModelConfig) -> None:
        self.p = {name: tensor.astype(np.float64) for name, tensor in load_file(folder / "model.safetensors").items()}
        self.c, self.seen = config, {}

    def norm(self, x, name):
        centred = x - x.mean(axis=1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5) * self.p[f"{name}.weight"] + self.p[f"{name}.bias"]

    def attention(self, x, memory, name, public, allowed):
        heads = []
        parts = {"query": (x, self.c.d_k), "key": (memory, self.c.d_k), "value": (memory, self.c.d_v)}
        q, k, v = (
            (rows @ self.p[f"{name}.{part}.weight"].T).reshape(len(rows), self.c.heads, width).transpose(1, 0, 2)
            for part, (rows, width) in parts.items()
        )
        products = np.stack([q[h] @ k[h].T for h in range(self.c.heads)])
        scores = products / np.sqrt(self.c.d_k)
        powers = np.exp(np.where(allowed, scores, -np.inf))
        weights = powers / powers.sum(axis=-1, keepdims=True)
        heads = np.stack([weights[h] @ v[h] for h in range(self.c.heads)])
        output = np.concatenate(list(heads), axis=1) @ self.p[f"{name}.output.weight"].T
        for what, array in {
            "query": q,
            "key": k,
            "value": v,
            "products": products,
            "scores": scores,
            "weights": weights,
            "heads": heads,
            "output": output,
        }.items():
            self.seen[f"{public}.{what}"] = array
        return output

    def sublayer(self, x, name, public, function):
        pre = self.c.norm == "pre"
        total = x + function(self.norm(x, f"{name}.norm") if pre else x)
        self.seen[f"{public}.sum"] = total
        self.seen[public] = total if pre else self.norm(total, f"{name}.norm")
        return self.seen[public]

    def stack(self, side, ids, allowed, memory=None):
        d = self.c.d_model
        pos = np.arange(len(ids))[:, None] / 10000 ** (np.arange(0, d, 2) / d)
        positions = np.zeros((len(ids), d))
        positions[:, 0::2], positions[:, 1::2] = np.sin(pos), np.cos(pos)
        embedding = self.p["source_embedding.weight"][ids] * np.sqrt(d)
        self.seen |= {f"{side}.embedding": embedding, f"{side}.position": positions, f"{side}.input": embedding + positions}
        x = embedding + positions
        for layer in range(self.c.layers):
            own, public = f"{side}.layers.{layer}", f"{side}.{layer}"
            x = self.sublayer(
                x,
                f"{own}.after_self",
                f"{public}.after_self",
                lambda y: self.attention(y, y, f"{own}.self_attention", f"{public}.self", allowed),
            )
            if memory is not None:
                x = self.sublayer(
                    x,
                    f"{own}.after_cross",
                    f"{public}.after_cross",
                    lambda y: self.attention(
                        y, memory, f"{own}.cross_attention", f"{public}.cross", np.ones((len(ids), len(memory)), bool)
                    ),
                )
            x = self.sublayer(
                x,
                f"{own}.after_feed_forward",
                f"{public}.after_feed_forward",
                lambda y: self.feed_forward(y, f"{own}.feed_forward", public),
            )
        self.seen[f"{side}.output"] = self.norm(x, f"{side}.norm") if self.c.norm == "pre" else x
        return self.seen[f"{side}.output"]

    def feed_forward(self, x, name, public):
        hidden = np.maximum(0, x @ self.p[f"{name}.inner.weight"].T + self.p[f"{name}.inner.bias"])
        self.seen |= {
            f"{public}.hidden": hidden,
            f"{public}.feed_forward": hidden @ self.p[f"{name}.outer.weight"].T + self.p[f"{name}.outer.bias"],
        }
        return self.seen[f"{public}.feed_forward"]

    def run(self, source, target):
        memory = self.stack("encoder", source, np.ones((len(source), len(source)), bool))
        output = self.stack("decoder", target, np.tril(np.ones((len(target), len(target)), bool)), memory)
        self.seen |= {"memory": memory, "logits": output @ self.p["source_embedding.weight"].T}
        return self.seen


def test_every_array_is_what_numpy_makes_of_the_weights(folder, reading):
    expected = PlainTransformer(folder, reading.config).run(reading.arrays["source.ids"], reading.arrays["target.ids"])
    masks = {name for name in reading.arrays if name.endswith(".allowed")}
    assert set(reading.arrays) - masks - {"source.ids", "target.ids"} == set(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(reading.arrays[name], array, atol=2e-5, err_msg=name)
    for name in masks:
        assert np.array_equal(reading.arrays[name], expected[name.replace("allowed", "weights")][0] > 0), name


def test_the_probability_of_the_forced_target(folder, reading):
    logits = PlainTransformer(folder, reading.config).run(reading.arrays["source.ids"], reading.arrays["target.ids"])["logits"]
    labels = [*reading.arrays["target.ids"][1:], END]
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert reading.log_probability == pytest.approx(np.log(chances[range(len(labels)), labels]).sum(), abs=1e-4)


def test_rows_carry_the_piece_produced_and_columns_the_piece_read(reading):
    assert reading.arrays["target.ids"][0] == START
    rows, columns = reading.axes("decoder.0.cross")
    assert (rows[-1], columns) == ("</s>", reading.source_pieces) and rows == reading.target_out
    rows, columns = reading.axes("decoder.1.self")
    assert columns[0] == "<s>" and columns[1:] == rows[:-1]  # input and label are the same words, one step apart
    assert reading.axes("encoder.0.self") == (reading.source_pieces, reading.source_pieces)
    for kind in ("encoder.self", "decoder.self", "decoder.cross"):
        for name in reading.attention_names(kind):
            for what in ("products", "scores", "weights"):
                matrix = reading.matrix(name, what, 1)
                assert matrix.values.shape == (len(matrix.rows), len(matrix.columns)) == reading.allowed(name).values.shape


def test_labels_come_from_the_very_run_not_from_a_reference(folder):
    free = read(load_model(folder), "a bird sings")
    assert len(free.target_in) == len(free.target_out) == len(free.arrays["target.ids"]) == len(free.arrays["logits"])
    assert free.arrays["target.ids"][1:].tolist() == free.arrays["logits"].argmax(axis=1)[:-1].tolist() or START in free.arrays[
        "logits"
    ].argmax(axis=1)
    assert free.target_in[1:] == free.target_out[: len(free.target_in) - 1]


def test_a_file_gives_the_same_reading_back(reading):
    again = Reading.from_npz(reading.to_npz())
    assert (again.source_pieces, again.target_in, again.target_out, again.config) == (
        reading.source_pieces,
        reading.target_in,
        reading.target_out,
        reading.config,
    )
    assert (again.source_spans, again.log_probability, again.model_sha256) == (
        reading.source_spans,
        reading.log_probability,
        reading.model_sha256,
    )
    assert set(again.arrays) == set(reading.arrays) and all(
        np.array_equal(again.arrays[name], array) for name, array in reading.arrays.items()
    )


def test_spans_point_at_the_words(reading):
    assert [reading.source[start:end] for start, end in reading.source_spans] == reading.source.split()
    assert [reading.target[start:end] for start, end in reading.target_spans] == [*reading.target.split(), ""]


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\ud800", "a" * 301, "a" * 100_000, "the " * 65])
def test_a_sentence_out_of_bounds_is_refused(folder, text):
    with pytest.raises(LabError):
        read(load_model(folder), text)


@pytest.mark.parametrize("text", ["🦊🦊", "שלום", "<b>hi</b>", "$\\frac{1}{2}$", "a\u2028b", "1", "the the the"])
def test_odd_sentences_are_read(folder, text):
    assert read(load_model(folder), text).source_pieces
