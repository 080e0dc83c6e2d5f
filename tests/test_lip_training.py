"""Training live lips: what is drawn of what there is to hear, and networks that teach others."""

# torch and SciPy annotate too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import scipy.special
import soundfile
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("onnxruntime", reason="needs the extra mien[train]")
pytest.importorskip("torch", reason="needs the extra mien[train]")

import torch
from tests.program import ended
from tests.sounds import spoken_line

from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.lip_training.batches import NOBODY, PEOPLE, VOICES, WINDOW, batch_of, shelves_of
from mien_trainer.lip_training.degraded import degraded
from mien_trainer.lip_training.examples import Example, Spoken, examples, unspoken
from mien_trainer.lip_training.fit import TAUGHT, fit, loss_of, told_by
from mien_trainer.lip_training.given import read_given
from mien_trainer.lip_training.other_sounds import other_sound
from mien_trainer.lip_training.pieces import PACE, between, told_anew
from mien_trainer.lip_training.spaces import DIRECT, impulse_response
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.mel import log_mel
from mien_trainer.model.lip_net import DELAYS, LipNet
from mien_trainer.speak.lip_network import read_lip_network, shipped_lips
from mien_trainer.speech import Split, Utterance
from mien_trainer.voices.recordings import speaker_mark


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    text = "Please bring my umbrella before the evening, Pamela."
    return spoken_line(text, "awb", Split.TEST)


@pytest.mark.parametrize("seed", range(6))
def test_rooms_answer_a_click_at_once_and_then_fall(seed: int) -> None:
    found = impulse_response(np.random.default_rng(seed))
    assert found[0] == 1.0
    assert np.isfinite(found).all()
    echo = np.square(found[1:])
    assert DIRECT[0] - 0.1 <= -10.0 * np.log10(echo.sum()) <= DIRECT[1] + 0.1
    quarter = len(echo) // 4
    assert echo[:quarter].sum() > 10.0 * echo[-quarter:].sum()


def test_sound_is_degraded_otherwise_every_time_and_stays_sound(utterance: Utterance) -> None:
    rng = np.random.default_rng(0)
    found = [degraded(utterance.audio, [utterance.audio], rng) for _ in range(12)]
    for one in found:
        assert one.shape == utterance.audio.shape
        assert np.isfinite(one).all()
        assert np.abs(one).max() <= 1.0
    assert not np.array_equal(found[0], found[1])
    again = degraded(utterance.audio, [utterance.audio], np.random.default_rng(0))
    assert np.array_equal(again, found[0])


def test_nobody_is_heard_above_all_others() -> None:
    def said(speaker: str, seconds: int) -> Example:
        frames = 60 * seconds
        return Example(
            speaker=speaker,
            real=True,
            spoken=True,
            forms=(np.zeros((frames, 80), np.float16),),
            visemes=np.zeros(frames, np.int64),
            sounds=np.zeros(frames, np.int64),
            contacts=np.zeros((frames, 2), np.float32),
            weights=np.zeros((frames, 1), np.float16),
        )

    (shelf,) = shelves_of([said("anna", 900), said("bert", 450), *[said("carl", 450)] * 8])
    assert shelf.top == 1.0
    assert np.diff(shelf.ends, prepend=0.0) == pytest.approx([0.4, 0.2, *[0.05] * 8])


def test_of_people_voices_and_what_nobody_says_each_is_heard_by_its_share(
    utterance: Utterance,
) -> None:
    rng = np.random.default_rng(0)
    said = Spoken(
        speaker="anna", audio=utterance.audio, phonemes=utterance.phonemes, real=True, varied=False
    )
    quiet = tuple(unspoken(1.0, rng))
    taught = examples((said, evolve(said, real=False), *quiet), rng, lambda: None)
    shelves = shelves_of(taught)
    tops = np.cumsum([PEOPLE, VOICES, NOBODY])
    assert [one.top for one in shelves] == pytest.approx(tops.tolist())
    assert [one.examples[0].spoken for one in shelves] == [True, True, False]
    (rests,) = shelves[2].examples
    assert not rests.contacts.any()
    assert not rests.weights.any()
    assert np.isfinite(np.stack(rests.forms)).all()
    quietest = log_mel(np.zeros(SAMPLE_RATE, np.float32)).max()
    batch = batch_of(shelves_of([rests]), 4, rng)
    assert batch.mel.max() > quietest
    assert not batch.contacts.any()


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=30), seed=st.integers(0, 2**32 - 1)
)
def test_a_clip_told_anew_has_its_pieces_in_another_order(lengths: list[int], seed: int) -> None:
    sounds = np.repeat(np.arange(len(lengths)), lengths)
    begins = np.cumsum([0, *lengths[:-1]])
    order = told_anew(sounds, np.random.default_rng(seed))
    if len(lengths) <= 4:  # three ends between them
        assert order.tolist() == list(range(len(sounds)))
    steps = np.diff(order)
    new = np.flatnonzero((steps <= 0.0) | (steps > np.exp(PACE) + 1e-9)) + 1
    pieces = np.split(order, new)
    firsts = sorted(float(piece[0]) for piece in pieces)
    assert firsts[0] == 0.0
    assert set(firsts) <= set(begins.tolist())
    for piece in pieces:
        after = next((one for one in firsts if one > piece[0]), float(len(sounds)))
        assert piece.max() <= after - 1.0
        joined_by_chance = 1 + len(piece) / 10  # each a part of a frame shorter or longer
        stretched = abs(np.log(len(piece) / (after - piece[0])))
        assert stretched <= PACE + 0.6 * joined_by_chance / len(piece)


@given(frames=st.integers(1, 30), seed=st.integers(0, 99))
def test_frames_between_frames_are_those_of_numpy(frames: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mel = rng.normal(size=(frames, 3)).astype(np.float16)
    at = rng.uniform(0.0, frames - 1.0, 9)
    told = between(mel, at)
    for band in range(3):
        wanted = np.interp(at, np.arange(frames), mel[:, band].astype(np.float64))
        assert np.abs(told[:, band] - wanted).max() < 1e-5
    assert np.array_equal(between(mel, np.arange(frames, dtype=np.float64)), mel)


@pytest.mark.parametrize("seed", range(8))
def test_sounds_in_which_nobody_speaks_are_sounds(seed: int) -> None:
    found = other_sound(SAMPLE_RATE, np.random.default_rng(seed))
    assert found.shape == (SAMPLE_RATE,)
    assert np.isfinite(found).all()
    assert np.abs(found).max() > 0.0


def test_a_network_is_trained_from_recordings(utterance: Utterance, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "line.wav", utterance.audio, SAMPLE_RATE)
    times = "".join(f"{one.start}\t{one.end}\t{one.symbol}\n" for one in utterance.phonemes)
    (tmp_path / "line.txt").write_text(times, encoding="utf-8")
    rows = "file\tspeaker\tlanguage\ttext\ttimes\nline.wav\tanna\ten\t\tline.txt\n"
    rows += "line.wav\tbert\tfr\tBonjour.\t\n"
    (tmp_path / "transcripts.tsv").write_text(rows, encoding="utf-8")
    out = tmp_path / "own.onnx"
    brief = ("--synthetic", 0, "--steps", 2)
    small = (*brief, "--width", 16)
    done = ended(0, "train", "lips", tmp_path, "-o", out, *small)
    assert "from 1 recordings of 1 speakers and 0 of artificial voices" in done.stdout
    assert (
        "its sounds have no times: it has words in fr, only those in en are aligned" in done.stderr
    )
    made = read_lip_network(out)
    assert made.card.heard == (speaker_mark("anna"),)
    assert made.card.name == "own"
    first = out.read_bytes()
    ended(0, "train", "lips", tmp_path, "-o", out, *small)
    assert out.read_bytes() == first
    # Another goes on from it, learns from one that ships besides, and knows whom both heard.
    other, shipped = tmp_path / "other.onnx", shipped_lips()
    assert shipped is not None
    taught = (*brief, "--start", out, "--teacher", shipped)
    more = ("--artificial", tmp_path, "--format", "json")
    done = ended(0, "train", "lips", tmp_path, "-o", other, *taught, *more)
    told = json.loads(done.stdout)
    assert (told["recordings"], told["speakers"], told["artificial"]) == (1, 1, 1)
    assert (told["network"], told["bytes"]) == (str(other), other.stat().st_size)
    assert [one["place"].rsplit(":", 1)[1] for one in told["refused"]] == ["3", "3"]
    card = read_lip_network(other).card
    assert card.synthetic == card.seconds == made.card.seconds
    assert set(card.heard) == {*made.card.heard, *read_lip_network(shipped).card.heard}
    assert card.state == made.card.state
    # Whoever was trained on is not measured.
    args = ("evaluate", out, "--voices", tmp_path, "--room", "clean", "--no-gate")
    done = ended(0, *args, "--format", "json")
    report = json.loads(done.stdout)
    assert [one["reason"] for one in report["refused"]] == [
        "a network was trained on the speaker 'anna'"
    ]
    assert {row["kind"] for row in report["rows"]} == {"nothing"}
    done = ended(2, "train", "lips", tmp_path, "-o", other, *taught, "--width", 96)
    assert "--start already says the width" in done.stderr
    face = shipped.with_name("default.onnx")
    done = ended(2, "train", "lips", tmp_path, "-o", other, "--teacher", face)
    assert "a network of whole faces" in done.stderr


@pytest.mark.parametrize("name", ["lips", "lips-small"])
def test_what_a_network_learned_is_read_off_its_file(name: str) -> None:
    path = shipped_lips()
    assert path is not None
    path = path.with_stem(name)
    found, file = read_given(path), read_lip_network(path)
    assert found.card == file.card
    mel = np.random.default_rng(0).normal(2.0, 3.0, (400, file.card.mels)).astype(np.float32)
    with torch.no_grad():
        heads, _ = found.net.whole(torch.as_tensor(mel)[None])
    wanted, _ = file.run(mel, np.zeros(file.card.state, np.float32))
    assert np.abs(heads[0].numpy() - wanted[file.card.state[0] :]).max() < 1e-3


def _taught(utterance: Utterance) -> list[Example]:
    said = Spoken(
        speaker="anna", audio=utterance.audio, phonemes=utterance.phonemes, real=True, varied=False
    )
    return examples((said,), np.random.default_rng(0), lambda: None)


def _small(outputs: int, seed: int) -> LipNet:
    torch.manual_seed(seed)
    net = LipNet(outputs, width=16)
    with torch.no_grad():
        net.heads.weight.normal_(0.0, 0.3)
        net.heads.bias.normal_(0.0, 0.3)
    return net.eval()


def _soft(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logarithms of the softmax of ``logits`` (..., V)."""
    found: npt.NDArray[np.float64] = scipy.special.log_softmax(logits, axis=-1)
    return found


def test_what_others_say_counts_by_its_share(utterance: Utterance) -> None:
    taught = _taught(utterance)
    visemes, channels = len(shipped_table().visemes), taught[0].weights.shape[1]
    outputs = visemes + len(Contact) + channels
    net, others = _small(outputs, 1), [_small(outputs, seed) for seed in (2, 3)]
    batch = batch_of(shelves_of(taught), net.context, np.random.default_rng(1))
    batch = evolve(batch, sounds=np.full_like(batch.sounds, -1))  # what is named aside
    none = torch.nn.Linear(net.width, len(DELAYS) * 2)
    told = told_by(others, batch)
    assert told is not None
    assert told_by((), batch) is None
    with torch.no_grad():
        labels = float(loss_of(net, none, batch, visemes))
        both = float(loss_of(net, none, batch, visemes, told))
        heads = net.whole(torch.as_tensor(batch.mel))[0].numpy().astype(np.float64)
    end, length = visemes + len(Contact), WINDOW - DELAYS[-1]
    wanted = told.numpy().astype(np.float64)
    sure = np.exp(_soft(wanted[..., :visemes]))
    likely = scipy.special.expit(wanted[..., visemes:end])
    beside = 0.0
    for place, delay in enumerate(DELAYS):
        head = heads[:, delay : delay + length, place]
        contact = head[..., visemes:end]
        each = -(sure * _soft(head[..., :visemes])).sum(axis=-1)
        each += 2.0 * (np.logaddexp(0.0, contact) - likely * contact).sum(axis=-1)
        each += 4.0 * np.square(head[..., end:] - wanted[..., end:]).sum(axis=-1)
        beside += (each * batch.there[:, :length]).sum() / batch.there[:, :length].sum()
    assert both == pytest.approx((1.0 - TAUGHT) * labels + TAUGHT * beside, rel=0.02)


def test_who_learns_from_others_comes_nearer_to_them(utterance: Utterance) -> None:
    taught = _taught(utterance)
    outputs = len(shipped_table().visemes) + len(Contact) + taught[0].weights.shape[1]
    begun, other = _small(outputs, 1), _small(outputs, 2)

    def away(net: LipNet) -> float:
        with torch.no_grad():
            mel = torch.as_tensor(taught[0].forms[0].astype(np.float32))[None]
            return float((net.whole(mel)[0] - other.whole(mel)[0]).abs().mean())

    def fitted(teachers: list[LipNet]) -> LipNet:
        return fit(taught, begun.width, 8, 1, lambda _: None, begun, teachers)

    alone, led = fitted([]), fitted([other])
    assert away(led) < away(alone)
    start, moved = begun.state_dict(), alone.state_dict()
    assert all(float((moved[name] - start[name]).abs().max()) < 0.1 for name in start)
