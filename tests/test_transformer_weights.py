"""The file of a transformer reader, and the pieces that it reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mien.artifact.container import Array, pack, unpack
from mien.errors import ArtifactError
from mien.reading.pieces import CAPITALS, LONG, SPECIAL, START, Vocabulary, pieces_of
from mien.reading.released import find_reader
from mien.reading.tokens import normal, tokens_of
from mien.reading.transformer_weights import (
    Shape,
    TransformerWeights,
    read_transformer,
    transformer_bytes,
)
from mien.reading.weights import CALIBRATION, read_weights
from mien_trainer.reader.network import Transformer, Widths
from mien_trainer.reader.transformer_export import matrices_of, vectors_of

WORDS = ("good", "##ly", "go", "##od", "g", "##o", "they", "so", "!", "?", "!!", "좋", "##아", "🙂")
VOCABULARY = Vocabulary(SPECIAL + WORDS)
NUMBER = {piece: i for i, piece in enumerate(VOCABULARY.pieces)}
SHAPE = Shape(passes=2, heads=2, reach=3, longest=16)


def ids(text: str, longest: int = 16) -> list[int]:
    return [one.number for one in pieces_of(VOCABULARY, normal(text), tokens_of(text), longest)]


@pytest.fixture(scope="module")
def weights() -> TransformerWeights:
    linear = read_weights(find_reader("linear").path.read_bytes())
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType]
    outputs = len(linear.labels) + 3 + 2
    widths = Widths(embedding=6, hidden=8, feed=10, pool=7)
    model = Transformer(SHAPE, widths, len(VOCABULARY.pieces), outputs)
    return TransformerWeights(
        name="tiny",
        version="0.1.0",
        bank=linear.bank,
        labels=linear.labels,
        neutral=linear.neutral,
        made_from={"recipe": "a"},
        licence="MIT",
        credits=("made up",),
        **{name: getattr(linear, name) for name in CALIBRATION},
        shape=SHAPE,
        corpora={"forum": ("glad", "dull")},
        vocabulary=VOCABULARY,
        matrices=matrices_of(model),
        vectors=vectors_of(model),
        linear=None,
    )


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("goodly", ["good", "##ly"]),
        ("goo", ["go", "##o"]),
        ("go x good", ["go", "[UNK]", "good"]),
        ("she's so good", ["they", "[UNK]", "[UNK]", "so", "good"]),
        ("he so", ["they", "so"]),
        ("GOOD", ["[CAPS]", "good"]),
        ("soooo good", ["so", "[LONG]", "good"]),
        ("so!!!!!", ["so", "!!"]),
        ("좋아", ["좋", "##아"]),
        ("go 🙂", ["go", "🙂"]),
        ("go go go go 🙂", ["go"] * 4),
        ("😭", ["[UNK]"]),
        ("Привет", []),
        ("[cls] so", ["[UNK]"] * 3 + ["so"]),
    ],
)
def test_texts_come_apart_into_the_longest_pieces(text: str, pieces: list[str]) -> None:
    special = {name: i for i, name in enumerate(SPECIAL)}
    expected = [special.get(one, NUMBER.get(one, -1)) for one in pieces]
    assert ids(text) == [START, *expected]


@given(st.text(alphabet="go dly!좋아🙂'S", max_size=60), st.integers(2, 20))
def test_pieces_are_few_and_in_the_order_of_tokens(text: str, longest: int) -> None:
    tokens = tokens_of(text)
    found = pieces_of(VOCABULARY, normal(text), tokens, longest)
    assert 1 <= len(found) <= longest
    places = [one.token for one in found]
    assert places == sorted(places)
    assert all(one.number in range(len(VOCABULARY.pieces)) for one in found)
    short = {one.token for one in found if one.number == LONG}
    assert all(tokens[i].short for i in short)
    assert [one.token for one in found if one.number in (START, CAPITALS)] in ([-1], [-1, -1])


def test_a_file_comes_back_as_it_was(weights: TransformerWeights, tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    for linear in (None, read_weights(find_reader("linear").path.read_bytes())):
        written = transformer_bytes(evolve(weights, linear=linear))
        path.write_bytes(written)
        read = read_transformer(path.read_bytes())
        assert transformer_bytes(read) == written
        assert read.vocabulary.pieces == weights.vocabulary.pieces
        assert read.corpora == weights.corpora
        assert (read.linear is None) == (linear is None)
        for name, matrix in weights.matrices.items():
            assert np.array_equal(read.matrices[name].numbers(), matrix.numbers())


def test_bytes_are_within_half_a_step_of_the_numbers() -> None:
    torch.manual_seed(1)  # pyright: ignore[reportUnknownMemberType]
    model = Transformer(SHAPE, Widths(embedding=6, hidden=8, feed=10, pool=7), 20, 5)
    for name, matrix in matrices_of(model).items():
        true = getattr(model, name).weight.detach().numpy()
        step = np.abs(true).max(axis=1, keepdims=True) / 127
        assert np.all(np.abs(matrix.numbers() - true) <= step * 0.5001)


def test_damage_is_refused(weights: TransformerWeights) -> None:
    written = transformer_bytes(weights)
    draw = np.random.default_rng(0)
    for place in draw.integers(8, len(written), 60):
        broken = bytearray(written)
        broken[place] ^= 1 << int(draw.integers(8))
        with pytest.raises(ArtifactError):
            read_transformer(bytes(broken))


@pytest.mark.parametrize("name", ["pieces", "embedding", "distance", "head.bias", "pool.scale"])
def test_tensors_of_another_shape_are_refused(weights: TransformerWeights, name: str) -> None:
    tensors, text = unpack(transformer_bytes(weights))
    cut: Array = tensors[name][:-1].copy()
    with pytest.raises(ArtifactError):
        read_transformer(pack({**tensors, name: cut}, text))
    del tensors[name]
    with pytest.raises(ArtifactError):
        read_transformer(pack(tensors, text))
