"""Settings of a training: what is refused and with which sentence, the recipes, and `--set name=value`."""

import math
from dataclasses import fields

import pytest

from model.config import PRESETS, ModelConfig, preset
from model.errors import LabError
from model.train_config import LEAST, TrainConfig, apply_settings, names_of, recipe

WRONG = [
    ("rate", 0.0, "not_positive"), ("rate", -1e-3, "not_positive"), ("factor", 0.0, "not_positive"), ("epsilon", 0.0, "not_positive"),
    ("rate", math.nan, "wrong_type"), ("rate", math.inf, "wrong_type"), ("rate", "fast", "wrong_type"), ("rate", True, "wrong_type"),
    ("steps", 2.0, "wrong_type"), ("steps", True, "wrong_type"), ("steps", None, "wrong_type"),
    ("clip", -1.0, "negative"), ("weight_decay", -0.1, "negative"), ("subword_alpha", -0.1, "negative"),
    ("beta1", 1.0, "fraction_range"), ("beta2", -0.1, "fraction_range"), ("label_smoothing", 1.0, "fraction_range"),
    ("spelling", 1.0, "fraction_range"), ("spelling", -0.1, "fraction_range"),
    ("optimizer", "sgd", "not_a_choice"), ("schedule", "cosine", "not_a_choice"), ("batch_by", 3, "not_a_choice"),
    *((name, least - 1, "too_small") for name, least in LEAST.items()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "code"), WRONG)
def test_a_wrong_value_is_refused_in_a_sentence_that_names_it(name, value, code):
    with pytest.raises(LabError) as caught:
        TrainConfig(**{name: value})
    assert caught.value.code == code and caught.value.field == name
    sentence = str(caught.value)
    assert sentence.startswith(f"{name} is ") and sentence.endswith(".") and "\n" not in sentence


def test_a_warm_up_must_leave_steps_and_the_paper_needs_one():
    with pytest.raises(LabError, match="warm-up of 50 steps leaves nothing of 50 steps"):
        TrainConfig(steps=50, warmup=50)
    with pytest.raises(LabError, match="set warmup to at least 1"):
        TrainConfig(schedule="paper", warmup=0)
    TrainConfig(schedule="constant", steps=50, warmup=50)


@pytest.mark.parametrize("steps", [1, 2, 50, 80, 300, 10_000])
def test_the_warm_up_follows_the_steps_unless_it_is_given(steps):
    """So a learner who asks for fewer steps need not know of the warm-up."""
    whole = recipe("toy")
    config = whole.with_(steps=steps)
    assert config.warmup == pytest.approx(steps * whole.warmup / whole.steps, abs=0.5)
    assert whole.with_(steps=300, warmup=7).warmup == 7 and whole.with_(steps=300, schedule="constant").warmup == whole.warmup
    assert recipe("base").with_(steps=500).warmup == 4000, "the paper's schedule has no end to be a share of"


def test_is_a_value():
    config = TrainConfig(rate=1, seed=4)
    assert config == TrainConfig(seed=4, rate=1.0) and hash(config) == hash(TrainConfig(rate=1.0, seed=4))
    assert isinstance(config.rate, float)
    assert TrainConfig.from_dict(config.as_dict()) == config
    assert TrainConfig.from_dict({}) == TrainConfig()


def test_from_dict_refuses_a_name_it_does_not_know():
    with pytest.raises(LabError, match="momentum is not a setting of a training") as caught:
        TrainConfig.from_dict({"momentum": 0.9})
    assert caught.value.field == "momentum" and "beta1" in str(caught.value)


@pytest.mark.parametrize("name", PRESETS)
def test_recipes_are_the_papers_but_for_the_toy(name):
    config = recipe(name)
    assert (config.beta1, config.beta2, config.epsilon) == (0.9, 0.98, 1e-9)
    if name != "toy":
        assert (config.schedule, config.warmup, config.optimizer, config.weight_decay, config.clip) == ("paper", 4000, "adam", 0.0, 0.0)
        assert config.label_smoothing == {"D-smoothing0": 0.0, "D-smoothing2": 0.2}.get(name, 0.1)
        assert (config.batch_by, config.batch) == ("tokens", 25_000)


def test_the_toys_recipe_fits_ten_seconds():
    config = recipe("toy")
    assert 400 <= config.steps <= 500 and config.schedule == "linear" and config.spelling > 0


def test_no_recipe_for_a_preset_that_is_not_there():
    with pytest.raises(LabError, match="There is no preset 'huge'"):
        recipe("huge")


def test_names_of_shape_and_training_do_not_overlap():
    assert not names_of(ModelConfig) & names_of(TrainConfig)


def test_settings_go_to_whichever_has_the_name():
    shape, training = apply_settings(
        preset("toy"), recipe("toy"),
        ["steps=300", " d_model = 128", "rate=1e-3", "tied_embeddings=TRUE", "norm=pre", "batch_by=tokens", "clip=1"],
    )  # fmt: skip
    assert (shape.d_model, shape.d_k, shape.tied_embeddings, shape.norm) == (128, 32, True, "pre")
    assert (training.steps, training.rate, training.batch_by, training.clip) == (300, 1e-3, "tokens", 1.0)


def test_without_settings_nothing_changes():
    assert apply_settings(preset("toy"), recipe("toy"), []) == (preset("toy"), recipe("toy"))


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("steps", "unknown_setting"), ("=3", "unknown_setting"), ("", "unknown_setting"), ("speed=3", "unknown_setting"),
        ("steps=many", "wrong_type"), ("steps=3.5", "wrong_type"), ("rate=nan", "wrong_type"), ("causal_mask=maybe", "wrong_type"),
        ("norm=batch", "not_a_choice"), ("steps=0", "too_small"), ("heads=5", "heads_do_not_divide"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused(setting, code):
    with pytest.raises(LabError) as caught:
        apply_settings(preset("toy"), recipe("toy"), [setting])
    assert caught.value.code == code
    assert len(str(caught.value).splitlines()) == 1


def test_every_setting_can_be_given_as_text():
    """Whatever a configuration holds, its text reads back as the same value."""
    for config, kind in ((preset("base"), ModelConfig), (recipe("base"), TrainConfig)):
        settings = [f"{field.name}={getattr(config, field.name)}" for field in fields(kind)]
        shape, training = apply_settings(preset("base"), recipe("base"), settings)
        assert (shape if kind is ModelConfig else training) == config
