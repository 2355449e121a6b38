"""The Transformer against `nn.Transformer` with copied parameters, and the laws every model of ours must keep."""

import threading

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from model.config import PADDING, ModelConfig, preset
from model.errors import LabError
from model.interventions import Interventions
from model.layers import sinusoids
from model.noise import Noise
from model.trace import named
from model.transformer import Transformer, new_model, not_later
from tests.model.test_attention import copy_attention

SMALL = ModelConfig(layers=2, d_model=32, d_ff=48, heads=4, vocabulary=40, dropout=0.0, maximum_length=32)
VARIANTS = [
    {}, {"norm": "pre"}, {"norm": "none"}, {"residual": False}, {"positions": "learned"}, {"positions": "none"}, {"scaling": False},
    {"tied_embeddings": False}, {"projection_biases": True}, {"d_k": 5, "d_v": 11},
]  # fmt: skip
ids = st.lists(st.integers(4, 39), min_size=1, max_size=9)


def close(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Equal to 1e-5 of the largest number (without normalization numbers grow large)."""
    return torch.allclose(one, other, atol=1e-5 * max(1.0, one.abs().max().item()))


def copy_layer(oracle: nn.Module, ours: nn.Module) -> None:
    copy_attention(oracle.self_attn, ours.self_attention)
    norms = [(oracle.norm1, ours.after_self), (oracle.norm2, ours.after_cross or ours.after_feed_forward)]
    if ours.cross_attention is not None:
        copy_attention(oracle.multihead_attn, ours.cross_attention)
        norms.append((oracle.norm3, ours.after_feed_forward))
    for theirs, add_norm in norms:
        add_norm.norm.load_state_dict({"weight": nn.init.normal_(theirs.weight), "bias": nn.init.normal_(theirs.bias)})
    ours.feed_forward.inner.load_state_dict(oracle.linear1.state_dict())
    ours.feed_forward.outer.load_state_dict(oracle.linear2.state_dict())


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("biases", [False, True])
def test_equals_nn_transformer_on_padded_batches(norm, biases):
    ours = new_model(SMALL.with_(norm=norm, projection_biases=True), seed=0)
    oracle = nn.Transformer(32, 4, 2, 2, 48, dropout=0.0, batch_first=True, norm_first=norm == "pre")
    if not biases:
        for module in oracle.modules():
            if isinstance(module, nn.MultiheadAttention):
                module.in_proj_bias.data.zero_()
                module.out_proj.bias.data.zero_()
    with torch.no_grad():
        for stack, theirs in ((ours.encoder, oracle.encoder), (ours.decoder, oracle.decoder)):
            for layer, their_layer in zip(stack.layers, theirs.layers, strict=True):
                copy_layer(their_layer, layer)
            if norm == "pre":
                stack.norm.load_state_dict({"weight": nn.init.normal_(theirs.norm.weight), "bias": nn.init.normal_(theirs.norm.bias)})
            else:
                theirs.norm = None  # the paper's post-norm has none; nn.Transformer adds one
    source = torch.tensor([[5, 6, 7, 8, 9, 10], [11, 12, 13, PADDING, PADDING, PADDING]])
    target = torch.tensor([[1, 20, 21, 22], [1, 23, PADDING, PADDING]])
    trace = ours(source, target)
    expected = oracle(
        trace.encoder.input, trace.decoder.input,
        tgt_mask=~torch.ones(4, 4, dtype=torch.bool).tril(), src_key_padding_mask=source == PADDING,
        tgt_key_padding_mask=target == PADDING, memory_key_padding_mask=source == PADDING,
    )  # fmt: skip
    real = target != PADDING
    assert torch.allclose(trace.decoder.output[real], expected[real], atol=1e-5)


def test_positions_are_the_papers():
    small, large = sinusoids(64, 4), sinusoids(64, 512)
    assert torch.allclose(small[1], torch.tensor([0.841471, 0.540302, 0.010000, 0.999950]), atol=1e-6)
    assert torch.allclose(small[2], torch.tensor([0.909297, -0.416147, 0.019999, 0.999800]), atol=1e-6)
    assert torch.allclose(large[1, :4], torch.tensor([0.841471, 0.540302, 0.821856, 0.569695]), atol=1e-6)
    assert torch.allclose(large.square().sum(1), torch.full((64,), 256.0), atol=1e-3)
    products = {0: 256, 1: 249.1021, 2: 231.7336, 5: 189.5967, 10: 173.7897, 50: 131.0908}
    for offset, product in products.items():
        for start in (0, 3, 13):
            assert (large[start] @ large[start + offset]).item() == pytest.approx(product, abs=1e-3)


def test_the_causal_mask_of_six_allows_21_and_masks_15():
    allowed = not_later(torch.full((1, 6), 5), causal=True)[0, 0]
    assert (allowed.sum().item(), (~allowed).sum().item()) == (21, 15)
    assert allowed[2].tolist() == [True, True, True, False, False, False]  # the past and itself, never the future


@pytest.mark.parametrize("changes", VARIANTS, ids=str)
@settings(max_examples=8, deadline=None)
@given(source=ids, target=ids, later=st.integers(4, 39), data=st.data())
def test_no_row_sees_a_later_one_and_rows_sum_to_one(changes, source, target, later, data):
    model = new_model(SMALL.with_(**changes), seed=1)
    place = data.draw(st.integers(0, len(target) - 1))
    changed = [*target[:place], later, *target[place + 1 :]]
    with torch.inference_mode():
        one, other = (model(torch.tensor([source]), torch.tensor([tokens]), noise=None) for tokens in (target, changed))
        noisy = model(torch.tensor([source]), torch.tensor([target]), noise=Noise(0.3, seed=5))
    assert torch.equal(one.logits[:, :place], other.logits[:, :place])
    for trace in (one, noisy):
        for name, tensor in named(trace):
            if name.endswith("weights"):
                assert torch.allclose(tensor.sum(-1), torch.ones(tensor.shape[:-1]), atol=1e-5)


@pytest.mark.parametrize("changes", VARIANTS, ids=str)
@settings(max_examples=8, deadline=None)
@given(source=ids, target=ids, more=st.integers(1, 5))
def test_padding_changes_nothing(changes, source, target, more):
    model = new_model(SMALL.with_(**changes), seed=2)
    with torch.inference_mode():
        plain = model(torch.tensor([source]), torch.tensor([target])).logits
        padded = model(torch.tensor([source + [PADDING] * more]), torch.tensor([target + [PADDING] * more])).logits[:, : len(target)]
    assert close(plain, padded)


@settings(max_examples=20, deadline=None)
@given(st.permutations(list(range(7))), st.integers(0, 100))
def test_without_positions_an_encoder_is_equivariant_and_with_them_it_is_not(order, seed):
    tokens, order = torch.arange(10, 17), torch.tensor(order)
    blind, sighted = new_model(SMALL.with_(positions="none"), seed), new_model(SMALL, seed)
    with torch.inference_mode():
        assert torch.allclose(blind.encode(tokens[order][None]).output, blind.encode(tokens[None]).output[:, order], atol=1e-5)
        dropped = Interventions(drop_positions=True)
        assert torch.allclose(
            sighted.encode(tokens[order][None], dropped).output, sighted.encode(tokens[None], dropped).output[:, order], atol=1e-5
        )
        if not torch.equal(order, torch.arange(7)):
            assert not torch.allclose(sighted.encode(tokens[order][None]).output, sighted.encode(tokens[None]).output[:, order], atol=1e-3)


@pytest.mark.parametrize("changes", VARIANTS, ids=str)
@settings(max_examples=8, deadline=None)
@given(source=ids, target=ids)
def test_the_cache_equals_recomputation(changes, source, target):
    model = new_model(SMALL.with_(**changes), seed=3)
    with torch.inference_mode():
        whole = model(torch.tensor([source]), torch.tensor([target]))
        cache = model.start(torch.tensor([source]))
        for row, token in enumerate(target):
            trace, cache = model.step(torch.tensor([[token]]), cache)
            assert close(trace.logits[:, 0], whole.logits[:, row])
            weights = whole.decoder.layers[1].self_attention.weights[:, :, row, : row + 1]
            assert torch.allclose(trace.decoder.layers[1].self_attention.weights[:, :, 0], weights, atol=1e-5)


def test_cached_rows_can_be_reordered_and_repeated():
    model = new_model(SMALL, seed=4)
    sources, target = torch.tensor([[5, 6, 7], [8, 9, PADDING]]), [1, 20, 21]
    with torch.inference_mode():
        cache = model.start(sources).rows(torch.tensor([1, 0, 1]))
        for token in target:
            trace, cache = model.step(torch.full((3, 1), token), cache)
        whole = model(sources, torch.tensor([target, target])).logits[:, -1]
    assert torch.allclose(trace.logits[:, 0], whole[[1, 0, 1]], atol=1e-5)


def test_a_new_model_is_a_function_of_its_seed_and_draws_nothing_from_the_global_generator():
    before = torch.get_rng_state()
    one, same, other = (new_model(SMALL, seed) for seed in (7, 7, 8))
    assert torch.equal(torch.get_rng_state(), before)
    pairs = list(zip(one.parameters(), same.parameters(), other.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b, _ in pairs) and not all(torch.equal(a, c) for a, _, c in pairs)


def test_embeddings_start_at_the_size_of_the_positions():
    model = new_model(preset("toy"), seed=0)
    trace = model(torch.arange(4, 60)[None], torch.tensor([[1]]))
    assert trace.encoder.embedding.std().item() == pytest.approx(1, rel=0.05)
    assert trace.encoder.position.square().mean().sqrt().item() == pytest.approx(0.5**0.5, rel=0.01)


def test_tied_embeddings_are_one_matrix():
    tied, untied = new_model(SMALL, 0), new_model(SMALL.with_(tied_embeddings=False), 0)
    assert tied.output.weight is tied.source_embedding.weight is tied.target_embedding.weight
    assert len({id(p) for p in (untied.output.weight, untied.source_embedding.weight, untied.target_embedding.weight)}) == 3


def test_a_sentence_longer_than_the_model_is_refused():
    with pytest.raises(LabError, match="33 tokens long; the model has positions for 32"):
        new_model(SMALL, 0).encode(torch.full((1, 33), 5))


def test_threads_that_share_a_model_never_see_each_others_pass():
    model = new_model(SMALL, seed=5)
    sources = [torch.randint(4, 40, (1, 8), generator=torch.Generator().manual_seed(n)) for n in range(4)]
    target = torch.tensor([[1, 9, 8]])
    with torch.inference_mode():
        expected = [model(source, target, interventions(n)).encoder.layers[0].self_attention.weights for n, source in enumerate(sources)]
    wrong = []

    def read_many(number: int) -> None:
        with torch.inference_mode():
            for _ in range(60):
                trace = model(sources[number], target, interventions(number))
                if not torch.equal(trace.encoder.layers[0].self_attention.weights, expected[number]):
                    wrong.append(number)

    threads = [threading.Thread(target=read_many, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def interventions(number: int) -> Interventions:
    return Interventions(silenced={("encoder.0.self", number): None}, drop_positions=number % 2 == 1, drop_scale=number == 2)


class TestInterventions:
    """Each removes what it says, in this pass alone; the model stays as it was."""

    model: Transformer = new_model(SMALL, seed=6)
    source, target = torch.tensor([[5, 6, 7, 8]]), torch.tensor([[1, 20, 21]])

    def read(self, **changes):
        with torch.no_grad():
            return self.model(self.source, self.target, Interventions(**changes))

    def test_the_model_is_untouched(self):
        before = self.read()
        self.read(silenced={("decoder.0.cross", 1): None}, drop_mask=True, drop_positions=True, drop_scale=True)
        assert torch.equal(self.read().logits, before.logits)

    @pytest.mark.parametrize("vector", [None, torch.arange(8.0)])
    def test_a_silenced_head_contributes_the_given_vector(self, vector):
        before, after = self.read(), self.read(silenced={("encoder.0.self", 2): vector})
        attention, edited = before.encoder.layers[0].self_attention, after.encoder.layers[0].self_attention
        assert torch.equal(edited.weights, attention.weights)
        w_o = self.model.encoder.layers[0].self_attention.output.weight.detach()[:, 16:24]
        replaced = torch.zeros(8) if vector is None else vector
        assert torch.allclose(edited.output, attention.output - attention.heads[:, 2] @ w_o.T + replaced @ w_o.T, atol=1e-5)

    def test_given_weights_take_a_heads_place(self):
        weights = torch.tensor([[0, 1, 0, 0], [0.5, 0, 0.5, 0], [0.25, 0.25, 0.25, 0.25]], dtype=torch.float32)
        attention = self.read(weights={("decoder.1.cross", 0): weights}).decoder.layers[1].cross_attention
        assert torch.equal(attention.weights[0, 0], weights)
        assert torch.allclose(attention.heads[0, 0], weights @ attention.value[0, 0], atol=1e-6)

    def test_without_the_mask_the_first_row_sees_the_last(self):
        assert self.read(drop_mask=True).decoder.layers[0].self_attention.weights[0, 0, 0, 2] > 0
        assert self.read().decoder.layers[0].self_attention.weights[0, 0, 0, 2] == 0

    def test_without_the_scale_scores_are_the_products(self):
        attention = self.read(drop_scale=True).encoder.layers[0].self_attention
        assert torch.equal(attention.scores, attention.products)
