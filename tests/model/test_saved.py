"""A saved model comes back as it was; a file that is not as it should be is refused by name, and nothing is ever unpickled."""

import json
import struct
import subprocess
import sys

import pytest
import torch
from safetensors.torch import save

from model.config import ModelConfig
from model.errors import LabError
from model.saved import find_model, load_model, save_model
from model.tokenizers import train_tokenizer
from model.transformer import new_model

LINES = ["the cat sleeps", "le chat dort", "a dog runs", "un chien court"]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer("word", LINES, 300)


@pytest.fixture
def config(tokenizer):
    return ModelConfig(layers=1, d_model=8, d_ff=12, heads=2, vocabulary=len(tokenizer.pieces), maximum_length=20, tied_embeddings=True)


@pytest.fixture
def folder(tmp_path, tokenizer, config):
    save_model(tmp_path / "model", new_model(config, 0), tokenizer, {"licence": "MIT"})
    return tmp_path / "model"


@pytest.mark.parametrize(
    "changes",
    [{}, {"tied_embeddings": False}, {"norm": "pre", "positions": "learned"}, {"kind": "decoder"}, {"kind": "encoder", "classes": 2}],
)
def test_round_trip(tmp_path, tokenizer, config, changes):
    model = new_model(config.with_(**changes), 3)
    save_model(tmp_path, model, tokenizer, {"licence": "MIT", "seed": 3})
    loaded = load_model(tmp_path)
    assert loaded.config == model.config and loaded.card["seed"] == 3 and loaded.tokenizer.pieces == tokenizer.pieces
    for (name, ours), (_, theirs) in zip(model.named_parameters(), loaded.model.named_parameters(), strict=True):
        assert torch.equal(ours, theirs) and not theirs.requires_grad, name


def test_half_precision_is_read_as_float32(tmp_path, tokenizer, config):
    model = new_model(config, 3)
    save_model(tmp_path, model, tokenizer, {}, dtype=torch.float16)
    for ours, theirs in zip(model.parameters(), load_model(tmp_path).model.parameters(), strict=True):
        assert theirs.dtype == torch.float32 and torch.allclose(ours, theirs, atol=1e-3)


def tensors(config):
    return {name: parameter.detach() for name, parameter in new_model(config, 0).named_parameters()}


def with_one(values, change):
    name = "output.weight" if "output.weight" in values else "source_embedding.weight"
    return {**values, name: change(values[name])}


BAD_PARAMETERS = {
    "tensor_names": lambda values: {name: tensor for name, tensor in values.items() if "query" not in name},
    "tensor_shape": lambda values: with_one(values, lambda tensor: tensor[:-1]),
    "tensor_type": lambda values: with_one(values, lambda tensor: tensor.to(torch.int8)),
    "tensor_not_finite": lambda values: with_one(values, lambda tensor: tensor.where(tensor != tensor.max(), float("nan"))),
}


@pytest.mark.parametrize("code", BAD_PARAMETERS)
def test_wrong_parameters_are_refused(folder, config, code):
    (folder / "model.safetensors").write_bytes(save(BAD_PARAMETERS[code](tensors(config))))
    with pytest.raises(LabError) as caught:
        load_model(folder)
    assert caught.value.code == code


NO_SAFETENSORS = [
    b"", b"\x00" * 7, struct.pack("<Q", 2**40) + b"{}", struct.pack("<Q", 70_000) + b"{" * 70_000,
    struct.pack("<Q", 20) + b"[" * 20, b"PK\x03\x04" * 100,
]  # fmt: skip


@pytest.mark.parametrize("data", NO_SAFETENSORS)
def test_a_file_that_is_no_safetensors_is_refused_before_it_is_parsed(folder, data):
    (folder / "model.safetensors").write_bytes(data)
    with pytest.raises(LabError) as caught:
        load_model(folder)
    assert caught.value.code == "not_safetensors"


def test_too_many_tensors_and_too_many_bytes_are_refused(folder):
    (folder / "model.safetensors").write_bytes(save({f"t{number}": torch.zeros(1) for number in range(501)}))
    with pytest.raises(LabError, match="more than 500 tensors"):
        load_model(folder)
    with pytest.raises(LabError, match="more than 100 bytes"):
        load_model(folder, largest=100)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda values: values | {"format_version": 2}, "unknown_format"),
        (lambda values: values | {"surprise": 1}, "unknown_setting"),
        (lambda values: values | {"special_ids": {"<pad>": 3}}, "special_ids"),
        (lambda values: values | {"model": values["model"] | {"norm": "batch"}}, "not_a_choice"),
        (lambda values: values | {"model": values["model"] | {"n_layer": 3}}, "unknown_setting"),
        (lambda values: values | {"model": values["model"] | {"vocabulary": 77}}, "vocabulary_differs"),
        (lambda values: values | {"model": None}, "unknown_format"),
    ],
)
def test_a_wrong_configuration_is_refused(folder, change, code):
    path = folder / "config.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(LabError) as caught:
        load_model(folder)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000, "\x00"])
def test_a_configuration_that_is_not_json_is_refused(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises(LabError, match=r"config\.json is not"):
        load_model(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "card.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(LabError, match=f"no {name}"):
        load_model(folder)


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(LabError, match="There is no model 'nonsense'"):
        find_model("nonsense")


def test_a_model_is_read_without_torch_s_compiler():
    """It would be imported, a second and 72 MB, by what draws first numbers on the meta device and moves them off it."""
    ask = "import sys; from model.saved import *; load_model(find_model('toy')); print({'torch._dynamo', 'sympy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.strip() == "set()"
