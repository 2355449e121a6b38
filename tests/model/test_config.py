"""Table 3 of the paper: exact integers, the printed counts, and the puzzle of the vocabulary (facts computed elsewhere)."""

import pytest

from model.config import PRESETS, ModelConfig, check_app_limits, count_parameters, preset
from model.errors import LabError
from model.transformer import new_model, parameter_shapes

EXACT = {
    "base": 63_045_632, "B16": 55_967_744, "B32": 58_327_040, "C-N2": 33_644_544, "C-N4": 48_345_088, "C-N8": 77_746_176,
    "C-d256": 26_816_512, "C-d1024": 163_815_424, "C-ff1024": 50_450_432, "C-ff4096": 88_236_032, "big": 214_171_648,
}  # fmt: skip
PRINTED = {
    "base": 65, "B16": 58, "B32": 60, "C-N2": 36, "C-N4": 50, "C-N8": 80,
    "C-d256": 28, "C-d1024": 168, "C-ff1024": 53, "C-ff4096": 90, "big": 213,
}  # fmt: skip


def total(config: ModelConfig) -> int:
    return sum(count_parameters(config).values())


@pytest.mark.parametrize("name", EXACT)
def test_counts_are_exact_and_near_the_printed_ones(name):
    assert total(preset(name)) == EXACT[name]
    assert total(preset(name)) / 1e6 == pytest.approx(PRINTED[name], rel=0.07)


@pytest.mark.parametrize("name", ["A1", "A4", "A16", "A32", "D-dropout0", "D-dropout2", "D-smoothing0", "D-smoothing2"])
def test_rows_a_and_d_have_the_count_of_base(name):
    assert total(preset(name)) == EXACT["base"]


def test_a_vocabulary_near_41100_reproduces_every_printed_count_but_bigs():
    for vocabulary in (41_010, 41_200):
        for name, printed in PRINTED.items():
            if name != "big":
                assert round(total(preset(name).with_(vocabulary=vocabulary)) / 1e6) == printed
    for vocabulary in (35_400, 36_300):
        assert round(total(preset("big").with_(vocabulary=vocabulary)) / 1e6) == PRINTED["big"]


SHAPES = [
    {}, {"norm": "pre"}, {"norm": "none"}, {"positions": "learned"}, {"positions": "none"}, {"d_k": 8, "d_v": 24},
    {"projection_biases": True}, {"tied_embeddings": True}, {"kind": "decoder"}, {"kind": "decoder", "tied_embeddings": True},
    {"kind": "encoder", "classes": 3}, {"kind": "encoder", "classes": 3, "norm": "pre", "positions": "learned"},
]  # fmt: skip


@pytest.mark.parametrize("changes", SHAPES, ids=str)
def test_the_formula_counts_what_the_built_model_holds(changes):
    config = preset("toy").with_(**changes)
    assert total(config) == sum(parameter.numel() for parameter in new_model(config, 0).parameters())
    assert total(config) == sum(shape.numel() for shape in parameter_shapes(config).values())


def test_counting_needs_no_memory_for_the_largest_row():
    assert sum(shape.numel() for shape in parameter_shapes(PRESETS["big"]).values()) == EXACT["big"]


@pytest.mark.parametrize(
    ("values", "code", "says"),
    [
        ({"d_model": 65, "heads": 4}, "heads_do_not_divide", "d_model 65 cannot be split evenly among 4 heads; set d_k."),
        ({"layers": 0}, "too_small", "layers is 0; it must be at least 1."),
        ({"d_k": -1}, "too_small", "d_k is -1; it must be at least 1, or 0 for d_model / heads."),
        ({"dropout": 1.0}, "dropout_range", "dropout is 1.0; it must be from 0 up to, not including, 1."),
        ({"dropout": float("nan")}, "wrong_type", "dropout is nan; it must be a number."),
        ({"norm": "batch"}, "not_a_choice", "norm is 'batch'; it must be one of post, pre, none."),
        ({"heads": 8.0}, "wrong_type", "heads is 8.0; it must be of type int."),
        ({"scaling": 1}, "wrong_type", "scaling is 1; it must be of type bool."),
        ({"d_model": 7, "heads": 1}, "odd_d_model", "d_model 7 is odd; sines and cosines come in pairs, so make it even."),
        ({"vocabulary": 4}, "vocabulary_too_small", "A vocabulary of 4 has no room beside the four special tokens."),
        ({"kind": "encoder"}, "classes", "An encoder-only classifier needs classes of at least 1, the other kinds need 0; got 0."),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence_that_names_the_rule(values, code, says):
    with pytest.raises(LabError) as caught:
        ModelConfig(**values)
    assert (caught.value.code, str(caught.value)) == (code, says)


def test_free_widths_allow_any_number_of_heads():
    assert ModelConfig(d_model=66, heads=4, d_k=16, d_v=16).d_k == 16


def test_widths_follow_the_heads_unless_they_were_set():
    assert preset("base").with_(heads=4).d_k == 128
    assert preset("B16").with_(heads=4).d_k == 16


def test_values_survive_json_and_unknown_names_do_not():
    config = preset("B16")
    assert ModelConfig.from_dict(config.as_dict()) == config and hash(ModelConfig.from_dict(config.as_dict())) == hash(config)
    with pytest.raises(LabError, match="n_heads is not a setting of a model"):
        ModelConfig.from_dict({"n_heads": 4})
    with pytest.raises(LabError, match="There is no preset 'huge'"):
        preset("huge")


def test_the_app_builds_nothing_larger_than_its_limits():
    check_app_limits(preset("toy"))
    for config in (preset("base"), preset("toy").with_(layers=9), preset("toy").with_(heads=17, d_k=4, d_v=4)):
        with pytest.raises(LabError):
            check_app_limits(config)
