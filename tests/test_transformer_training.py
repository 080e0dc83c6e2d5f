"""The parts that a transformer reader is trained by, each on a little of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.made_up_readers import made_up_transformer
from tests.program import ended

from mien.reading.pieces import SPECIAL, UNKNOWN, pieces_of
from mien.reading.tokens import normal, tokens_of
from mien.reading.transformer_weights import Shape, transformer_bytes
from mien_trainer.export.reader import difference
from mien_trainer.fault import TrainerError
from mien_trainer.reader.curriculum import Curriculum, batches
from mien_trainer.reader.fit import counts_of
from mien_trainer.reader.mix import mix_of
from mien_trainer.reader.network import Transformer, Widths
from mien_trainer.reader.patterns import drawn, expand, many
from mien_trainer.reader.recipe import Fit, TransformerFit
from mien_trainer.reader.soft_targets import unseen_logits
from mien_trainer.reader.transformer_train import Student, train
from mien_trainer.reader.vocabulary import vocabulary_of

FIT = TransformerFit(
    folds=2,
    soft=0.5,
    pretrain=1,
    rounds=2,
    batch=8,
    rate=1e-2,
    decay=0.0,
    dropout=0.1,
    masked=0.2,
    words=0.1,
    vectors=0.5,
    vad=1.0,
    rare=0.0,
)
LABELS, VECTOR, PIECES = 2, 4, 20


def curriculum(texts: int = 40) -> Curriculum:
    """Texts whose first piece says their label."""
    draw = np.random.default_rng(0)
    kind = draw.integers(0, 2, texts)
    pieces = tuple(
        (2, 10 + int(one), *draw.integers(12, PIECES, draw.integers(0, 9)).tolist()) for one in kind
    )
    targets = np.zeros((texts, LABELS + 3), dtype=np.float32)
    targets[np.arange(texts), kind] = 1.0
    targets[::5, LABELS:] = np.nan
    return Curriculum(
        pieces=pieces,
        targets=targets,
        vectors=draw.normal(size=(texts, VECTOR)).astype(np.float32),
        weights=np.ones(texts, dtype=np.float32),
        turn=np.arange(texts) % 3,
        turns=2,
    )


def student() -> Student:
    torch.manual_seed(1)  # pyright: ignore[reportUnknownMemberType]
    shape = Shape(passes=2, heads=2, reach=3, longest=16)
    widths = Widths(embedding=4, hidden=8, feed=8, pool=6)
    return Student(Transformer(shape, widths, PIECES, LABELS + 3), VECTOR)


def taught(folder: Path, step: Callable[[], None] = lambda: None, identity: str = "a") -> Student:
    one = student()
    train(one, curriculum(), FIT, 3, folder, identity, torch.ones(LABELS), step)
    return one


def test_nested_and_named_choices() -> None:
    named = {"who": "I|{my|our} cat"}
    pattern = "{@who} {sat|{really|} slept}"
    found = list(expand(pattern, named))
    assert found[:3] == ["I sat", "I really slept", "I slept"]
    assert len(found) == len(set(found)) == many(pattern, named) == 9
    assert set(drawn(pattern, 100, named)) <= set(found)
    assert drawn(pattern, 4, named) == drawn(pattern, 4, named)
    assert len(drawn(pattern, 4, named)) == 4


@pytest.mark.parametrize("pattern", ["{a|b", "a}", "@nobody", "@loop"])
def test_patterns_that_are_none_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        list(expand(pattern, {"loop": "@loop"}))


def test_a_pattern_of_millions_is_drawn_at_once() -> None:
    pattern = " ".join(["{" + "|".join("abcdefghij") + "}"] * 20)
    assert many(pattern) == 10**20
    assert len(set(drawn(pattern, 50))) == 50


def test_the_same_texts_give_the_same_pieces() -> None:
    texts = [f"the {a}ing {b}s 🙂 좋아요" for a in ("walk", "talk") for b in ("dog", "cat", "hat")]
    tokens = [tokens_of(text) for text in texts]
    found = [vocabulary_of(tokens, 60, 1).pieces for _ in range(3)]
    assert found[0] == found[1] == found[2]
    assert found[0][: len(SPECIAL)] == SPECIAL
    assert {"🙂", "the", "##s"} <= set(found[0])
    vocabulary = vocabulary_of(tokens, 60, 1)
    for text, said in zip(texts, tokens, strict=True):
        numbers = [one.number for one in pieces_of(vocabulary, normal(text), said, 99)]
        assert UNKNOWN not in numbers


@given(st.integers(1, 12), st.integers(0, 5))
def test_every_text_of_a_round_is_in_one_batch(size: int, turn: int) -> None:
    lesson = curriculum()
    found = list(batches(lesson, 7, turn, size, 16))
    rows = np.concatenate([one.rows for one in found])
    here = (lesson.turn == 0) | (lesson.turn == turn % 2 + 1)
    assert sorted(rows) == np.flatnonzero(here).tolist()
    for one in found:
        assert len(one.rows) <= size
        assert one.pieces.shape == (len(one.rows), one.lengths.max())
        assert len(one.rows) == 1 or one.pieces.size <= size * 8
        for row, pieces, length in zip(one.rows, one.pieces, one.lengths, strict=True):
            assert tuple(pieces[:length]) == lesson.pieces[row]
            assert not pieces[length:].any()


def test_a_training_that_was_killed_goes_on_bit_for_bit(tmp_path: Path) -> None:
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    whole.mkdir()
    halves.mkdir()
    taught(whole)

    def stop() -> None:
        raise InterruptedError

    for _ in range(2):
        with pytest.raises(InterruptedError):
            taught(halves, stop)
    taught(halves)
    name = "training.safetensors"
    assert (whole / name).read_bytes() == (halves / name).read_bytes()
    with pytest.raises(TrainerError, match="another recipe"):
        taught(halves, identity="b")


def test_a_student_learns(tmp_path: Path) -> None:
    lesson, one = curriculum(), taught(tmp_path)
    train(one, lesson, evolve(FIT, rounds=20), 3, tmp_path, "a", torch.ones(LABELS), lambda: None)
    one.eval()
    right = 0
    for pieces, target in zip(lesson.pieces, lesson.targets, strict=True):
        said = one.model(torch.tensor([pieces]), torch.tensor([len(pieces)]))[0, :LABELS]
        right += int(said.argmax()) == int(target[:LABELS].argmax())
    assert right > 36


def test_padding_changes_nothing() -> None:
    model = student().model.eval()
    for other in (1, 5):
        short = torch.tensor([[2, 10, 13]])
        padded = torch.cat((short, torch.zeros(1, other, dtype=torch.long)), 1)
        length = torch.tensor([3])
        assert torch.allclose(model(short, length), model(padded, length), atol=1e-6)


def test_unseen_logits_come_from_others_texts() -> None:
    texts = [f"{'good' if i % 2 else 'bad'} thing {i}" for i in range(40)]
    targets = np.array([[float(i % 2)] for i in range(40)], dtype=np.float32)
    told: list[int] = []
    settings = Fit(rounds=2, rate=0.6, start=0.1, decay=0.0, rare=0.0, own=1.0)
    said = unseen_logits(
        texts, [counts_of(one) for one in texts], targets, settings, 2, 0, lambda: told.append(1)
    )
    assert ((said > 0.0) == (targets > 0.5)).mean() > 0.9
    targets[0] = 1.0 - targets[0]
    again = unseen_logits(
        texts, [counts_of(one) for one in texts], targets, settings, 2, 0, lambda: None
    )
    assert again[0] == said[0]
    assert len(told) == 4


def test_the_better_of_two_readers_counts_more() -> None:
    draw = np.random.default_rng(0)
    truth = draw.random((4000, 1)) < 0.3
    sure = np.where(truth, 1.0, -1.0) * 2.0
    one, other = sure + draw.normal(size=truth.shape), draw.normal(size=truth.shape)
    mix = mix_of(one, other, truth)
    assert mix.transformer[0] > 0.5 > 0.3 > mix.linear[0]
    turned = mix_of(other, one, truth)
    assert turned.linear[0] > 0.5 > 0.3 > turned.transformer[0]


def test_the_onnx_file_gives_what_numpy_gives(tmp_path: Path) -> None:
    weights = made_up_transformer(linear=False)
    path, target = tmp_path / "tiny.safetensors", tmp_path / "tiny.onnx"
    path.write_bytes(transformer_bytes(weights))
    ended(0, "reader", "export", path, "-o", target)
    assert difference(weights, target.read_bytes()) < 1e-3
    other = evolve(
        weights, vectors={**weights.vectors, "head.bias": weights.vectors["head.bias"] + 1}
    )
    assert difference(other, target.read_bytes()) > 0.9


def test_a_linear_reader_has_no_network(tmp_path: Path) -> None:
    said = ended(2, "reader", "export", "linear", "-o", tmp_path / "x.onnx").stderr
    assert "a linear reader has no network" in said
