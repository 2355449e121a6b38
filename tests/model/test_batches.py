"""From pairs to batches: the shift of the target, every pair once an epoch, little padding, the same order again."""

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.batches import ROUND, SPELT_WORDS, BatchStream, batches_in_order, bucketed_epoch, encode_pairs, rounded
from model.config import END, PADDING, START
from model.corpora import Corpus, Pair
from model.errors import LabError
from model.train_config import TrainConfig
from tests.model.tiny import TINY, some_pairs, tiny_corpus, tiny_tokenizer

TOKENIZER = tiny_tokenizer(tiny_corpus())
UNIGRAM = tiny_tokenizer(tiny_corpus(), "unigram")
DATA = encode_pairs(some_pairs(50), TOKENIZER, 64)


def without_padding(row):
    return tuple(int(token) for token in row if token != PADDING)


def sentences(batch):
    """(source ids, target ids) of each row, read back from the tensors."""
    for source, given_in, label in zip(batch.source, batch.decoder_input, batch.labels, strict=True):
        given_in, label = without_padding(given_in), without_padding(label)
        assert given_in[0] == START and label[-1] == END, "decoder input = start + target, label = target + end"
        assert given_in[1:] == label[:-1] and len(given_in) == len(label)
        yield without_padding(source), label[:-1]


def encoded(pairs, tokenizer=TOKENIZER):
    return Counter((tokenizer.encode(pair.source).ids, tokenizer.encode(pair.target).ids) for pair in pairs)


def stream(config=TINY, pairs=None, tokenizer=TOKENIZER):
    return BatchStream(encode_pairs(pairs or some_pairs(50), tokenizer, config.longest), tokenizer, config)


def test_input_and_label_are_the_target_one_step_apart():
    batch = encode_pairs([Pair("a b", "c d e"), Pair("a", "b")], TOKENIZER, 64).batch(np.array([0, 1]))
    a, b, c, d, e = TOKENIZER.encode("a b c d e").ids
    assert batch.source.tolist() == [[a, b, PADDING, PADDING], [a, PADDING, PADDING, PADDING]]
    assert batch.decoder_input.tolist() == [[START, c, d, e], [START, b, PADDING, PADDING]]
    assert batch.labels.tolist() == [[c, d, e, END], [b, END, PADDING, PADDING]]
    assert batch.tokens == 6
    assert {tensor.dtype for tensor in (batch.source, batch.decoder_input, batch.labels)} == {torch.int64}


@pytest.mark.parametrize("changes", [{}, {"batch_by": "tokens", "batch": 60}, {"batch": 7, "pool": 1}, {"batch": 500}])
def test_an_epoch_meets_every_pair_once_and_the_next_in_another_order(changes):
    batches = stream(TINY.with_(**changes))
    epochs = []
    for _ in range(2):
        rows = []
        while len(rows) < 50:
            rows += list(sentences(next(batches)))
        assert Counter(rows) == encoded(some_pairs(50))
        epochs.append(rows)
    assert epochs[0] != epochs[1]


def test_batches_are_cut_to_their_longest_row_in_steps_and_count_their_labels():
    for batch in itertools.islice(stream(), 14):
        assert batch.source.shape == batch.labels.shape and batch.labels.shape[1] % ROUND == 0
        assert max((side != PADDING).any(0).sum() for side in (batch.source, batch.labels)) > batch.labels.shape[1] - ROUND
        assert batch.tokens == int((batch.labels != PADDING).sum())
        assert batch.decoder_input.shape == batch.labels.shape


@settings(max_examples=30)
@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=200), by=st.sampled_from(["sentences", "tokens"]),
    size=st.integers(1, 60), pool=st.integers(1, 6), seed=st.integers(0, 9),
)  # fmt: skip
def test_bucketing_is_a_partition_within_its_bound(lengths, by, size, pool, seed):
    lengths, config = np.array(lengths), TrainConfig(batch_by=by, batch=size, pool=pool)
    epoch = bucketed_epoch(lengths, config, torch.Generator().manual_seed(seed))
    assert sorted(np.concatenate(epoch).tolist()) == list(range(len(lengths)))
    for rows in epoch:
        padded = len(rows) * lengths[rows].max()
        assert len(rows) == 1 or (len(rows) if by == "sentences" else padded) <= size
    again = bucketed_epoch(lengths, config, torch.Generator().manual_seed(seed))
    assert all(np.array_equal(one, other) for one, other in zip(epoch, again, strict=True))


@pytest.mark.parametrize("by", [{"batch_by": "sentences", "batch": 32}, {"batch_by": "tokens", "batch": 600}])
def test_padding_is_small(by):
    """Lengths of 4 to 30 in any order: chance wastes two fifths, buckets some twentieth."""
    lengths = np.random.default_rng(0).integers(4, 31, 4000)

    def padding(batches):
        return 1 - lengths.sum() / sum(len(rows) * lengths[rows].max() for rows in batches)

    by_chance = np.split(np.random.default_rng(1).permutation(4000), 125)
    bucketed = bucketed_epoch(lengths, TrainConfig(pool=16, **by), torch.Generator().manual_seed(0))
    assert padding(by_chance) > 0.3 and padding(bucketed) < 0.08


def test_both_sides_are_padded_little():
    """A source one to three tokens shorter than its target: sorted by the longer side alone, it is padded to the longest there is."""
    chance = np.random.default_rng(0)
    lengths = chance.integers(8, 16, 4000)
    sources = lengths - chance.integers(1, 4, 4000)

    def padding(ties):
        epoch = bucketed_epoch(lengths, TrainConfig(batch=32, pool=64), torch.Generator().manual_seed(0), ties)
        return [1 - side.sum() / sum(len(rows) * side[rows].max() for rows in epoch) for side in (lengths, sources)]

    assert max(padding(sources)) < 0.03 and max(padding(None)) > 0.08


def test_batches_by_tokens_have_one_size_for_each_length():
    """But for the pairs left over at the end, which are one batch. An odd shape costs a kernel of its own (docs/decisions/0009)."""
    lengths = np.random.default_rng(0).integers(4, 31, 4000)
    config = TrainConfig(batch_by="tokens", batch=600)
    batches = bucketed_epoch(lengths, config, torch.Generator().manual_seed(0))
    shapes = Counter((len(rows), rounded(lengths[rows].max())) for rows in batches)
    sizes = Counter(length for _, length in shapes)
    assert sizes.total() <= len(sizes) + 1 and set(sizes) <= set(range(4, 33, 4))


def test_the_order_is_a_function_of_the_seed():
    def first(seed):
        return [batch.source.tolist() for batch in itertools.islice(stream(TINY.with_(seed=seed)), 9)]

    assert first(0) == first(0) != first(1)


@pytest.mark.parametrize("changes", [{}, {"spelling": 0.3}, {"subword_alpha": 0.3}, {"subword_alpha": 0.3, "spelling": 0.3}])
@pytest.mark.parametrize("taken", [0, 5, 7, 17])
def test_goes_on_from_its_state_with_the_very_next_batch(changes, taken):
    """Seven batches an epoch: at its start, within it, at its end, two epochs on."""
    config = TINY.with_(**changes)
    one, other = stream(config, tokenizer=UNIGRAM), stream(config, tokenizer=UNIGRAM)
    for _ in range(taken):
        next(one)
    other.restore(one.state())
    for ours, theirs in itertools.islice(zip(one, other, strict=True), 10):
        assert torch.equal(ours.source, theirs.source) and torch.equal(ours.labels, theirs.labels)


def test_some_sources_are_spelt_rarely_and_no_target_is():
    """The share that was asked for, others in each epoch, as `Tokenizer.spell` would; the order of pairs stays complete."""
    pairs, epochs = some_pairs(400), []
    usual = encoded(pairs)
    batches = stream(TINY.with_(spelling=0.25), pairs)
    for _ in range(2):
        rows = []
        while len(rows) < len(pairs):
            rows += list(sentences(next(batches)))
        assert Counter(target for _, target in rows) == Counter(target for _, target in usual.elements())
        assert Counter(TOKENIZER.decode(source) for source, _ in rows) == Counter(pair.source for pair in pairs)
        epochs.append(Counter(rows) - usual)
    letters = np.mean([len(pair.source.split()) for pair in pairs])
    expected = 400 * 0.25 * (1 - (1 - SPELT_WORDS) ** letters)  # of those chosen, a few have no word that changes
    assert all(0.7 * expected < epoch.total() < 1.3 * expected for epoch in epochs) and epochs[0] != epochs[1]


def test_a_rare_spelling_too_long_to_learn_from_is_left_out():
    batches = stream(TINY.with_(spelling=0.9, longest=9))
    for batch in itertools.islice(batches, 20):
        assert (batch.source != PADDING).sum(1).max() <= 9


def test_segmentations_change_from_epoch_to_epoch_but_not_the_text():
    pairs = [Pair("abcd bcda", "dcba adcb"), Pair("abcd", "dcba")] * 20
    tokenizer = tiny_tokenizer(Corpus("words", tuple(pairs), {}), "bpe", 290)
    batches = BatchStream(encode_pairs(pairs, tokenizer, 64), tokenizer, TINY.with_(subword_alpha=0.5, batch=40))
    one, other = next(batches), next(batches)
    assert not torch.equal(one.source, other.source)
    for batch in (one, other):
        for source, target in sentences(batch):
            assert Pair(tokenizer.decode(source), tokenizer.decode(target)) in pairs


def test_pairs_too_long_are_left_out_and_counted():
    data = encode_pairs([Pair("a b c", "a"), Pair("a", "a b c"), Pair("a b", "b a")], TOKENIZER, 2)
    assert (len(data), data.left_out) == (1, 2)


def test_without_a_pair_there_is_nothing_to_train_on():
    with pytest.raises(LabError, match="None of the 2 pairs has two sides of 1 to 2 tokens"):
        encode_pairs([Pair("a b c", "a"), Pair("", "a")], TOKENIZER, 2)


SIDES = st.lists(st.sampled_from("abc"), max_size=5).map(" ".join)


@given(
    st.lists(st.builds(Pair, SIDES, SIDES), min_size=1, max_size=9), st.integers(1, 6), st.integers(0, 6), st.none() | st.integers(1, 10)
)
def test_narrower_limits_are_as_good_as_encoding_anew(pairs, narrow, more, first):
    def told(make):
        try:
            data = make()
        except LabError as error:
            return str(error)
        arrays = (data.source, data.target, data.source_lengths, data.target_lengths, data.places)
        return data.pairs, data.left_out, data.longest, [array.tolist() for array in arrays], data.source.shape, data.target.shape

    try:
        wide = encode_pairs(pairs, TOKENIZER, narrow + more)
    except LabError:
        return
    assert told(lambda: wide.within(narrow, first)) == told(lambda: encode_pairs(pairs[:first], TOKENIZER, narrow))


def test_in_order_every_pair_once():
    rows = [row for batch in batches_in_order(DATA, 8) for row in sentences(batch)]
    assert Counter(rows) == encoded(DATA.pairs)


def test_counts_every_piece():
    counts = DATA.count_pieces(TOKENIZER.pieces)
    assert counts["\u2581a"] == sum(pair.source.split().count("a") + pair.target.split().count("a") for pair in DATA.pairs)
    assert sum(counts.values()) == DATA.source_lengths.sum() + DATA.target_lengths.sum()


def test_without_few_shapes_each_side_is_cut_to_its_own_longest_row():
    data = encode_pairs(some_pairs(50), TOKENIZER, 64)
    batches = BatchStream(data, TOKENIZER, TINY, few_shapes=False)
    for batch in itertools.islice(batches, 14):
        for side in (batch.source, batch.decoder_input, batch.labels):
            assert (side != PADDING).any(0).all()
