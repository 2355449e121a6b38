"""W^Q, W^K and W^V of every encoder layer, and what each layer's attention reads, as NumPy arrays; without torch for a saved model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from figures.attention import PARTS, HeadsOfLayer
from figures.attention_scaling import softmax
from model import limits
from model.reading import Reading
from ui import readings

EPSILON = 1e-5  # of torch.nn.LayerNorm
Parameters = Mapping[str, np.ndarray]


def layers_of(model: str, shown: Reading) -> list[HeadsOfLayer]:
    """Every layer's heads on the reading's sentence."""
    parameters = encoder_parameters(model)
    return [_layer(number, parameters, shown) for number in range(shown.config.layers)]


def encoder_parameters(model: str) -> Parameters:
    """Projections and first norms of the encoder's self-attentions, by the module's own names."""
    return _parameters(model, readings._stamp(model))


@st.cache_resource(show_spinner=False, max_entries=limits.MODELS_IN_MEMORY)
def _parameters(model: str, stamp: int) -> Parameters:
    if readings.is_untrained(model):  # random parameters stand in no file
        own = readings.loaded(model).model.named_parameters()
        return {name: parameter.detach().numpy() for name, parameter in own if _wanted(name)}
    from safetensors import safe_open

    with safe_open(readings._folder(model) / "model.safetensors", framework="numpy") as file:
        return {name: file.get_tensor(name).astype(np.float32) for name in file.keys() if _wanted(name)}  # noqa: SIM118


def _wanted(name: str) -> bool:
    parts = name.split(".")
    if parts[:2] != ["encoder", "layers"]:
        return False
    return (parts[3] == "self_attention" and parts[4] in PARTS) or parts[3:5] == ["after_self", "norm"]


def _layer(number: int, parameters: Parameters, shown: Reading) -> HeadsOfLayer:
    stem = f"encoder.layers.{number}.self_attention"
    name = f"encoder.{number}.self"
    return HeadsOfLayer(
        read_by(number, parameters, shown),
        shown.arrays[f"{name}.query"], shown.arrays[f"{name}.key"], shown.arrays[f"{name}.value"],
        {part: parameters[f"{stem}.{part}.weight"] for part in PARTS if f"{stem}.{part}.weight" in parameters},
        {part: parameters[f"{stem}.{part}.bias"] for part in PARTS if f"{stem}.{part}.bias" in parameters},
    )  # fmt: skip


def read_by(number: int, parameters: Parameters, shown: Reading) -> np.ndarray:
    """What the attention of a layer reads [n, d_model]: the stream, normalized first where the model is pre-norm."""
    stream = shown.arrays["encoder.input" if number == 0 else f"encoder.{number - 1}.after_feed_forward"]
    stem = f"encoder.layers.{number}.after_self.norm"
    if shown.config.norm != "pre" or f"{stem}.weight" not in parameters:
        return stream
    centred = stream - stream.mean(axis=-1, keepdims=True)
    spread = np.sqrt(stream.var(axis=-1, keepdims=True) + EPSILON)
    return (centred / spread * parameters[f"{stem}.weight"] + parameters[f"{stem}.bias"]).astype(np.float32)


def weights_of(layer: HeadsOfLayer, scale: float) -> np.ndarray:
    """Softmax of the scaled products, every head [h, n, n]; in the encoder nothing is masked."""
    return softmax(layer.query @ layer.key.transpose(0, 2, 1) * scale)


def norm_of_first(model: str, shown: Reading) -> dict[str, np.ndarray]:
    """Weight and bias of the norm before the first attention; empty where it comes after."""
    if shown.config.norm != "pre":
        return {}
    parameters = encoder_parameters(model)
    return {name: parameters[f"encoder.layers.0.after_self.norm.{name}"] for name in ("weight", "bias")}
