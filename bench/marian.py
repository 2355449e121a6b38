"""Our captions model in the hands of two peers: Hugging Face's Marian and CTranslate2, with the very same weights.

Marian is the paper's Transformer with biases in its projections and sines and cosines side by side: the biases are set to
zero, its table of positions is replaced by ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from ctranslate2 import Translator
from ctranslate2.converters.transformers import BartLoader
from torch import Tensor, nn
from transformers import MarianConfig, MarianMTModel

from model.attention import MultiHeadAttention
from model.config import END, PADDING, START, ModelConfig
from model.layers import AddNorm, Layer, Stack, sinusoids
from model.transformer import Transformer


def marian(ours: Transformer) -> MarianMTModel:
    """The same function of the same ids; `logits_apart` says how nearly."""
    config = ours.config
    assert config.norm == "post" and config.positions == "sinusoidal" and config.d_k == config.d_v
    peer = MarianMTModel(_marian_config(config)).eval()
    with torch.no_grad():
        for parameter in peer.parameters():
            parameter.zero_()  # the biases that ours has not
        peer.model.encoder.embed_tokens.weight.copy_(ours.source_embedding.weight)
        peer.model.decoder.embed_tokens.weight.copy_(ours.target_embedding.weight)
        peer.lm_head.weight.copy_(ours.output.weight)
        for stack, copy in ((ours.encoder, peer.model.encoder), (ours.decoder, peer.model.decoder)):
            copy.embed_positions.weight.copy_(sinusoids(config.maximum_length, config.d_model))
            _fill_stack(copy, stack)
    assert not peer.final_logits_bias.any()
    return peer


def _marian_config(config: ModelConfig) -> MarianConfig:
    return MarianConfig(
        vocab_size=config.vocabulary, max_position_embeddings=config.maximum_length, d_model=config.d_model,
        encoder_layers=config.layers, encoder_ffn_dim=config.d_ff, encoder_attention_heads=config.heads,
        decoder_layers=config.layers, decoder_ffn_dim=config.d_ff, decoder_attention_heads=config.heads,
        activation_function="relu", dropout=0.0, scale_embedding=True, decoder_start_token_id=START,
        pad_token_id=PADDING, bos_token_id=START, eos_token_id=END, forced_eos_token_id=None,
        share_encoder_decoder_embeddings=config.tied_embeddings, tie_word_embeddings=config.tied_embeddings,
    )  # fmt: skip


def _fill_stack(copy: Any, stack: Stack) -> None:
    for own, layer in zip(stack.layers, copy.layers, strict=True):
        assert isinstance(own, Layer)
        _fill_attention(layer.self_attn, own.self_attention)
        _fill_norm(layer.self_attn_layer_norm, own.after_self)
        if own.cross_attention is not None and own.after_cross is not None:
            _fill_attention(layer.encoder_attn, own.cross_attention)
            _fill_norm(layer.encoder_attn_layer_norm, own.after_cross)
        layer.fc1.load_state_dict(own.feed_forward.inner.state_dict())
        layer.fc2.load_state_dict(own.feed_forward.outer.state_dict())
        _fill_norm(layer.final_layer_norm, own.after_feed_forward)


def _fill_attention(copy: Any, own: MultiHeadAttention) -> None:
    for theirs, part in ((copy.q_proj, own.query), (copy.k_proj, own.key), (copy.v_proj, own.value), (copy.out_proj, own.output)):
        theirs.load_state_dict(part.state_dict(), strict=False)


def _fill_norm(copy: nn.LayerNorm, own: AddNorm) -> None:
    assert own.norm is not None
    copy.load_state_dict(own.norm.state_dict())


@torch.inference_mode()
def logits_apart(ours: Transformer, peer: MarianMTModel, source: Tensor, target: Tensor) -> float:
    """The largest difference between the two models' logits, for padded sources [batch, m] and decoder inputs [batch, n]."""
    theirs = peer(input_ids=source, attention_mask=source != PADDING, decoder_input_ids=target).logits
    return float((ours(source, target).logits - theirs)[target != PADDING].abs().max())


def ctranslate2(peer: MarianMTModel, pieces: tuple[str, ...], folder: Path, compute_type: str) -> Translator:
    """The copy above converted by CTranslate2's own converter, on one thread.

    Its loader for BART reads Marian's weights as they are; the one for Marian would start from a vector of zeros in place
    of the start token. The weights are changed in place: give a copy that nobody else reads.
    """
    peer.config.normalize_before = peer.config.normalize_embedding = False
    loader = BartLoader()
    specification = loader.get_model_spec(peer)
    loader.set_vocabulary(specification, list(pieces))
    specification.config.decoder_start_token = pieces[START]
    specification.validate()
    specification.optimize(quantization=compute_type)
    folder.mkdir(parents=True, exist_ok=True)
    specification.save(str(folder))
    return Translator(str(folder), compute_type=compute_type, inter_threads=1, intra_threads=1)
