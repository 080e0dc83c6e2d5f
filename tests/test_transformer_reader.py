"""A transformer that reads: in NumPy as in torch, through the reader, hostile files refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from attrs import evolve
from tests.made_up_readers import LINEAR, VOCABULARY, made_up_transformer
from tests.program import ended
from tests.test_text_reader import BANK, PROBE_TEXTS

from mien.artifact.container import pack, unpack
from mien.errors import ArtifactError
from mien.reading.features import features_of
from mien.reading.linear import scores_of
from mien.reading.lock import drift, parse_reader_lock, reader_lock, write_reader_lock
from mien.reading.model import model_of, read_model
from mien.reading.pieces import PAD, START, pieces_of
from mien.reading.reader import Options, Reader, reader
from mien.reading.tokens import normal, tokens_of
from mien.reading.transformer import TransformerModel
from mien.reading.transformer_weights import MATRICES, Shape, TransformerWeights, transformer_bytes
from mien_trainer.reader.network import Transformer, Widths

ALONE = made_up_transformer(linear=False)
BOTH = made_up_transformer(linear=True)
MODEL = TransformerModel(ALONE)
SAID = Reader(BOTH, BANK)


def in_torch(weights: TransformerWeights) -> Transformer:
    """The same numbers in the module that is trained."""
    sizes = {name: one.values.shape for name, one in weights.matrices.items()}
    widths = Widths(
        embedding=sizes["embedding"][1],
        hidden=sizes["project"][0],
        feed=sizes["widen"][0],
        pool=sizes["pool"][0],
    )
    model = Transformer(weights.shape, widths, sizes["embedding"][0], sizes["head"][0]).double()
    state = model.state_dict()
    for name in MATRICES:
        state[f"{name}.weight"] = torch.tensor(
            weights.matrices[name].numbers().tolist(), dtype=torch.float64
        )
    for name, one in weights.vectors.items():
        state[name] = torch.tensor(one.astype(np.float64).tolist(), dtype=torch.float64)
    model.load_state_dict(state)
    return model.eval()


TORCH = in_torch(ALONE)


def ids(text: str) -> list[int]:
    found = pieces_of(VOCABULARY, normal(text), tokens_of(text), ALONE.shape.longest)
    return [piece.number for piece in found]


def test_it_is_the_network_that_was_trained() -> None:
    texts = [*PROBE_TEXTS, "", "so", "they're SOOO good " * 9]
    many = [ids(text) for text in texts]
    lengths = torch.tensor([len(one) for one in many])
    padded = torch.tensor([one + [PAD] * (24 - len(one)) for one in many])
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            theirs = TORCH(padded, lengths).numpy()
    finally:
        torch.set_default_dtype(before)
    for ours, expected in zip(map(MODEL.outputs, many), theirs, strict=True):
        assert np.abs(ours - expected).max() <= 0.5 / 1024 + 1e-9
        assert np.array_equal(ours * 1024, np.rint(ours * 1024))


def test_a_linear_reader_is_added() -> None:
    for text in PROBE_TEXTS:
        tokens = tokens_of(text)
        both = model_of(BOTH).scores(text, tokens)
        linear = scores_of(LINEAR, features_of(normal(text), tokens))
        alone = MODEL.outputs(ids(text))
        count = len(LINEAR.labels)
        total = np.array(linear.logits) + alone[:count]
        assert np.abs(np.array(both.logits) - np.clip(total, -30, 30)).max() < 1e-12
    assert MODEL.outputs(ids("")).shape == MODEL.outputs([START]).shape


def test_it_reads_as_readers_do() -> None:
    said = SAID("I'm so happy to see you!")
    assert said.by == "words"
    assert list(said.labels.values()) == sorted(said.labels.values(), reverse=True)
    assert said.label == next(iter(said.labels))
    assert SAID("[fear high] I'm so happy").label == "fear"
    for nothing in ("", "...", "Привет, мир"):
        assert (SAID(nothing).label, SAID(nothing).confidence) == ("neutral", 0.0)
    preferring = SAID.with_options(Options(prefer={"awe": 10.0}))
    text = "I'm so happy to see you!"
    assert preferring(text).labels["awe"] > 0.99 > SAID(text).labels["awe"]


def test_explanations_are_what_is_lost_without_a_word() -> None:
    text = "so good, they say"
    found = SAID.with_options(Options(explain=True))(text)
    moved = {part.word: part.moves for part in found.because}
    tokens = tokens_of(text)
    label = LINEAR.labels.index(found.label)
    whole = model_of(ALONE).scores(text, tokens).logits[label]
    alone = Reader(ALONE, BANK).with_options(Options(explain=True))
    assert alone(text).because
    rest = model_of(ALONE).scores("so, they say", tokens_of("so, they say")).logits[label]
    assert model_of(ALONE).moves(text, tokens, label)[1] == pytest.approx(whole - rest)
    assert set(moved) <= {token.text for token in tokens}


def test_files_are_read_by_what_they_say_they_are(tmp_path: Path) -> None:
    path = tmp_path / "made-up.safetensors"
    path.write_bytes(transformer_bytes(BOTH))
    loaded = reader(path, bank=BANK)
    assert not loaded.model.exact
    assert loaded("so good").labels == SAID("so good").labels
    tensors, metadata = unpack(path.read_bytes())
    other = metadata.replace("mien/transformer-weights/1", "mien/transformer-weights/9")
    with pytest.raises(ArtifactError, match=r"weights/9, expected mien/reader-weights/1 or mien/"):
        read_model(pack(tensors, other))


def test_the_command_reads_with_it(tmp_path: Path) -> None:
    path = tmp_path / "made-up.safetensors"
    path.write_bytes(transformer_bytes(ALONE))
    arguments = ["--reader", str(path), "--explain", "--format", "jsonl"]
    assert len(ended(0, "read", "So good! They say.", *arguments).stdout.splitlines()) == 2


def test_its_lock_tolerates_what_another_machine_may_round(tmp_path: Path) -> None:
    data = transformer_bytes(ALONE)
    made = Reader(ALONE, BANK)
    lock = reader_lock(data, made, PROBE_TEXTS)
    again = parse_reader_lock(write_reader_lock(lock).encode(), "lock")
    assert drift(again, lock) == []
    first = lock.probes[0]
    near = {name: value + 0.004 for name, value in first.labels.items()}
    far = {name: value + 0.006 for name, value in first.labels.items()}
    rest = lock.probes[1:]
    assert drift(lock, evolve(lock, probes=(evolve(first, labels=near), *rest))) == []
    assert len(drift(lock, evolve(lock, probes=(evolve(first, labels=far), *rest)))) == 1


@pytest.mark.parametrize("loud", [0.0, 1e5])
def test_extreme_numbers_read_as_numbers(loud: float) -> None:
    weights = made_up_transformer(linear=False, loud=loud)
    model = read_model(transformer_bytes(weights))
    for text in (*PROBE_TEXTS[:4], "word " * 300, "x" * 3000):
        scores = model.scores(text, tokens_of(text))
        assert np.isfinite(scores.logits).all()
        assert np.isfinite(scores.vad).all()


@pytest.mark.parametrize("longest", [1, 2, 512])
def test_texts_are_cut(longest: int) -> None:
    shape = Shape(passes=1, heads=4, reach=1, longest=longest)
    model = model_of(made_up_transformer(linear=False, shape=shape))
    assert len(model.scores("so good " * 2000, tokens_of("so good " * 2000)).logits) == 16


def test_damage_is_seen() -> None:
    data = transformer_bytes(ALONE)
    for place in range(0, len(data), 131):
        damaged = data[:place] + bytes([data[place] ^ 16]) + data[place + 1 :]
        with pytest.raises(ArtifactError):
            read_model(damaged)
    for end in (0, 7, 100, len(data) - 1):
        with pytest.raises(ArtifactError):
            read_model(data[:end])
