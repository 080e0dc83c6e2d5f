"""Live lips: the rules' kernels on likelihoods, the network that ships, its training and file."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("onnxruntime", reason="needs the extra mien[train]")

from tests.program import ended
from tests.sounds import spoken_line

import mien
from mien.performance.lips import LipTrack, joined
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, SAMPLE_RATE, frame_count
from mien_trainer.lip_training.examples import viseme_of_frames
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.live import HELD, REACH, LipKernels, LiveLips
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speak.lip_network import LipNetwork, read_lip_network, shipped_lips
from mien_trainer.speak.live_lips import AGAIN, DELAYS, LiveLipSpeaker, ahead_of, told_again
from mien_trainer.speak.prosody import LATE, ProsodyStream
from mien_trainer.speak.utterance import Shown, prepare_utterance
from mien_trainer.speech import Split, Utterance
from mien_trainer.voices.measures import Heard, followed, motion
from mien_trainer.voices.recordings import speaker_mark

TABLE = shipped_table()
NAMES = TABLE.rig.names
VISEMES = tuple(TABLE.visemes)
SHUT_JAW = TABLE.visemes["PP"].weights["jawOpen"]
BANK = mien.load("default")
SOUNDS = ("m", "ɑ", "p", "i", "f", "ɛ", "s", "u", "b", "æ", "t", "ɑ", "ʃ", "oʊ", "v", "ʌ") * 2
_TIMES = [0.2 + 0.09 * at for at in range(len(SOUNDS) + 1)]
PHONEMES = (
    Phoneme(symbol=SILENCE, start=0.0, end=_TIMES[0]),
    *(Phoneme(symbol=s, start=_TIMES[k], end=_TIMES[k + 1]) for k, s in enumerate(SOUNDS)),
    Phoneme(symbol=SILENCE, start=_TIMES[-1], end=_TIMES[-1] + 0.3),
)
FRAMES = int(PHONEMES[-1].end * 60)
SAID = viseme_of_frames(PHONEMES, FRAMES)
CERTAIN = np.eye(len(VISEMES), dtype=np.float32)[SAID]
MADE = np.array(
    [[TABLE.visemes[VISEMES[at]].contact is kind for kind in Contact] for at in SAID], np.float32
)


def kernels_of(ahead: int, pieces: int = FRAMES) -> LiveLips:
    """The lips of `PHONEMES` where every frame is certain, with silence after them."""
    kernels = LipKernels(TABLE, ahead)
    rest = np.zeros((ahead, len(VISEMES)), np.float32)
    rest[:, VISEMES.index(TABLE.rest)] = 1.0
    likely = np.concatenate((CERTAIN, rest))
    made = np.concatenate((MADE, np.zeros((ahead, 2), np.float32)))
    told = np.zeros((FRAMES + ahead, 0), np.float32)
    parts = [
        kernels.push(likely[k : k + pieces], [made[k : k + pieces]], told[k : k + pieces])
        for k in range(0, len(likely), pieces)
    ]
    return LiveLips(
        weights=np.concatenate([one.weights for one in parts]),
        contacts=np.concatenate([one.contacts for one in parts]),
    )


def opening(ahead: int) -> float:
    found = kernels_of(ahead).weights
    true = lip_curves(PHONEMES, FRAMES, TABLE)
    one = Heard(
        found=motion(found, NAMES),
        true=motion(true, NAMES),
        speech=np.ones(FRAMES, dtype=bool),
        phonemes=PHONEMES,
    )
    return followed([one]).r["opening"]


def test_what_is_certain_gives_the_lips_of_the_rules_and_better_ones_when_known_ahead() -> None:
    assert opening(0) > 0.9
    assert min(opening(2), opening(6)) > opening(0)


@given(ahead=st.integers(0, 6), pieces=st.integers(1, 40))
@settings(max_examples=15)
def test_pieces_give_the_same_lips(ahead: int, pieces: int) -> None:
    whole, parts = kernels_of(ahead), kernels_of(ahead, pieces)
    assert len(whole.weights) == FRAMES
    assert np.array_equal(parts.weights, whole.weights)
    assert np.array_equal(parts.contacts, whole.contacts)


def test_a_contact_is_held_for_three_frames_and_does_not_flicker() -> None:
    kernels = LipKernels(TABLE, 0)
    likely = np.zeros((60, 2), np.float32)
    likely[[10, 30, 32, 34], 0] = 0.9
    likely[[31, 33], 0] = 0.3  # too little to make a contact, enough to keep one
    open_ = np.zeros((60, len(VISEMES)), np.float32)
    open_[:, VISEMES.index("aa")] = 1.0
    found = kernels.push(open_, [likely], np.zeros((60, 0), np.float32))
    runs = [len(list(run)) for firm, run in groupby(found.contacts == 1.0) if firm]
    assert len(runs) == 2
    assert min(runs) >= HELD


def test_a_contact_stays_as_firm_as_by_its_likeliest_frame() -> None:
    kernels = LipKernels(TABLE, 0)
    likely = np.zeros((60, 2), np.float32)
    likely[20:30, 0] = (0.5, 0.7, 1.0, *[0.5] * 7)
    open_ = np.zeros((60, len(VISEMES)), np.float32)
    open_[:, VISEMES.index("aa")] = 1.0
    found = kernels.push(open_, [likely], np.zeros((60, 0), np.float32))
    pressed = motion(found.weights, NAMES).gap[20:30]
    assert np.all(np.diff(pressed[:3]) < 0.0)
    np.testing.assert_allclose(pressed[2:], pressed[2], atol=1e-6)


def test_lips_come_back_within_reach_of_a_contact() -> None:
    kernels = LipKernels(TABLE, 4)
    likely = np.zeros((80, 2), np.float32)
    likely[40:44, 0] = 1.0
    open_ = np.zeros((80, len(VISEMES)), np.float32)
    open_[:, VISEMES.index("aa")] = 1.0
    found = kernels.push(open_, [likely], np.zeros((80, 0), np.float32))
    jaw = found.weights[:, NAMES.index("jawOpen")]
    assert jaw[42] == pytest.approx(SHUT_JAW, abs=1e-6)
    assert jaw[35] == jaw[25] == pytest.approx(jaw[43 + REACH + 1], abs=1e-6)
    assert np.abs(np.diff(found.contacts)).max() < 0.75


def test_a_contact_that_turns_out_to_be_none_is_taken_back() -> None:
    guessed, known = np.zeros((80, 2), np.float32), np.zeros((80, 2), np.float32)
    guessed[40:44, 0] = 1.0
    open_ = np.zeros((80, len(VISEMES)), np.float32)
    open_[:, VISEMES.index("aa")] = 1.0
    jaws: list[F32] = []
    for sure in (guessed, known):
        kernels = LipKernels(TABLE, 2, reaches=(4, 0))
        found = kernels.push(open_, [guessed, sure], np.zeros((80, 0), np.float32))
        jaws.append(found.weights[:, NAMES.index("jawOpen")])
    made, taken_back = jaws
    assert made[42] == pytest.approx(SHUT_JAW, abs=1e-6)
    assert made[37] == taken_back[37] < 0.95 * made[25]
    assert taken_back[44] > 0.3 * made[25] > made[44]


def test_a_short_pause_does_not_shut_the_mouth_and_a_long_one_does() -> None:
    said = np.zeros((120, len(VISEMES)), np.float32)
    said[:, VISEMES.index("aa")] = 1.0
    for begin, end in ((30, 34), (60, 100)):
        said[begin:end] = 0.0
        said[begin:end, VISEMES.index(TABLE.rest)] = 1.0
    none = np.zeros((120, 2), np.float32)
    jaw = (
        LipKernels(TABLE, 2)
        .push(said, [none], np.zeros((120, 0), np.float32))
        .weights[:, NAMES.index("jawOpen")]
    )
    assert jaw[28:38].min() > 0.3 * jaw[25]
    assert jaw[80] == 0.0


@pytest.fixture(scope="module")
def network() -> LipNetwork:
    path = shipped_lips()
    assert path is not None
    return read_lip_network(path)


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    text = "Please bring my umbrella before the evening, Pamela."
    return spoken_line(text, "awb", Split.TEST)  # a voice that no network of ours was trained on


def lips_of(network: LipNetwork, audio: F32, delay: int, piece: int = 1 << 20) -> LipTrack:
    speaker = LiveLipSpeaker(network, BANK, delay)
    blocks = [audio[k : k + piece] for k in range(0, len(audio), piece)]
    return joined(speaker.stream(blocks), NAMES)


@pytest.mark.parametrize("delay", DELAYS)
def test_file_and_pipe_give_the_same_lips(
    network: LipNetwork, utterance: Utterance, delay: int
) -> None:
    whole = lips_of(network, utterance.audio, delay)
    assert whole.frames == frame_count(len(utterance.audio))
    parts = lips_of(network, utterance.audio, delay, 777)
    assert np.array_equal(parts.weights, whole.weights)
    assert np.array_equal(parts.speech, whole.speech)
    assert np.array_equal(parts.contacts, whole.contacts)
    prosody = ProsodyStream()
    # Stress is shown in time, and goes on where the sound has ended.
    late = min(ahead_of(delay), LATE)
    voice = np.concatenate((prosody.push(utterance.audio), prosody.finish(late)))[late:]
    assert whole.prosody is not None
    assert parts.prosody is not None
    assert whole.prosody.tobytes() == parts.prosody.tobytes() == voice.tobytes()


@pytest.mark.parametrize("delay", DELAYS)
def test_a_face_comes_as_late_as_was_said(network: LipNetwork, delay: int) -> None:
    speaker = LiveLipSpeaker(network, BANK, delay)
    audio = np.zeros(SAMPLE_RATE, dtype=np.float32)
    given = speaker.push(audio).frames
    assert given == frame_count(SAMPLE_RATE) - 1 - ahead_of(delay)
    # The last one given stands for a moment at most the delay, and a frame, before the last sample.
    assert 1.0 - (given - 1) / 60.0 <= delay / 1e3 + 2 / 60.0


def test_it_follows_a_voice_that_it_never_heard(network: LipNetwork, utterance: Utterance) -> None:
    frames = frame_count(len(utterance.audio))
    true = motion(lip_curves(utterance.phonemes, frames, TABLE), NAMES)
    found = {
        delay: followed(
            [
                Heard(
                    found=motion(lips_of(network, utterance.audio, delay).weights, NAMES),
                    true=true,
                    speech=np.ones(frames, dtype=bool),
                    phonemes=utterance.phonemes,
                )
            ]
        )
        for delay in (20, 87)
    }
    assert found[87].r["opening"] > 0.6
    assert found[20].r["opening"] > 0.5
    assert found[87].kept > 0.5
    assert found[87].shut < 0.15
    assert found[87].flicker < 0.65


@pytest.mark.parametrize("level", [0.0, 10.0 ** (-70 / 20)])
def test_silence_and_a_quiet_room_move_nothing(network: LipNetwork, level: float) -> None:
    noise = np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE) * level
    found = lips_of(network, noise.astype(np.float32), 87)
    assert found.weights.max() == 0.0
    assert found.speech.max() == 0.0
    assert found.contacts.max() == 0.0


def music(seconds: int) -> F32:
    times = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    hertz = np.array([110.0, 220.5, 277.2, 329.6, 440.0])[:, None]
    chord = np.sin(2 * np.pi * hertz * times).sum(axis=0)
    beat = np.exp(-6.0 * (times % 0.5))
    found: F32 = (0.3 * beat * chord).astype(np.float32)
    return found


def shouted(audio: F32) -> F32:
    # Thirty times as loud, this artificial voice is a row of square waves, as tones are that no
    # longer count as speech; real voices are followed there as ever (r .57, before .59).
    return np.asarray(np.clip(10.0 * audio, -1.0, 1.0), np.float32)


def clipped(audio: F32) -> F32:
    return np.asarray(4.0 * np.clip(audio, -0.2, 0.2), np.float32)


def over_music(audio: F32) -> F32:
    return np.asarray(audio + 0.03 * music(len(audio) // SAMPLE_RATE + 1)[: len(audio)], np.float32)


def heard_by_telephone(audio: F32) -> F32:
    line = soxr.resample(audio, SAMPLE_RATE, 8000)
    return np.asarray(soxr.resample(line, 8000, SAMPLE_RATE)[: len(audio)], np.float32)


@pytest.mark.parametrize("changed", [shouted, clipped, heard_by_telephone, over_music])
def test_bad_sound_still_moves_the_lips_as_it_should(
    network: LipNetwork, utterance: Utterance, changed: Callable[[F32], F32]
) -> None:
    frames = frame_count(len(utterance.audio))
    weights = lips_of(network, changed(utterance.audio), 87).weights
    assert np.isfinite(weights).all()
    assert 0.0 <= weights.min() <= weights.max() <= 1.0
    one = Heard(
        found=motion(weights, NAMES),
        true=motion(lip_curves(utterance.phonemes, frames, TABLE), NAMES),
        speech=np.ones(frames, dtype=bool),
        phonemes=utterance.phonemes,
    )
    assert followed([one]).r["opening"] > 0.45


def test_music_and_noise_give_lips_that_are_weights(network: LipNetwork) -> None:
    noise = np.random.default_rng(3).standard_normal(2 * SAMPLE_RATE)
    for sound in (music(2), noise.clip(-1.0, 1.0).astype(np.float32)):
        found = lips_of(network, sound, 87)
        assert found.frames == 120
        assert np.isfinite(found.weights).all()
        assert 0.0 <= found.weights.min() <= found.weights.max() <= 1.0
        assert np.abs(np.diff(found.weights[:, NAMES.index("jawOpen")])).max() < 0.3


def test_memory_stays_flat_in_a_long_stream(network: LipNetwork, utterance: Utterance) -> None:
    speaker, block = LiveLipSpeaker(network, BANK), SAMPLE_RATE // 2
    sound = np.resize(utterance.audio, 40 * SAMPLE_RATE)
    held: list[int] = []
    tracemalloc.start()
    for at in range(0, len(sound), block):
        speaker.push(sound[at : at + block])
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert held[-1] < held[9] + 65_536  # a second of faces has as many bytes


@given(frames=st.integers(0, 6), heads=st.integers(1, 3), seed=st.integers(0, 99))
def test_a_moment_is_told_by_what_was_said_of_it_before(
    network: LipNetwork, frames: int, heads: int, seed: int
) -> None:
    card, rng = network.card, np.random.default_rng(seed)
    late, logits = card.delays[heads - 1], len(card.visemes) + len(Contact)
    told = rng.normal(size=(late + frames, heads, card.numbers)).astype(np.float32)
    found = told_again(card, told)
    assert found.shape == (frames, heads, logits)
    for frame in range(frames):
        for head in range(heads):
            own = told[late + frame, head, :logits].astype(np.float64)
            if head:
                gap = card.delays[head] - card.delays[head - 1]
                earlier = told[late + frame - gap, head - 1, :logits]
                own = (1.0 - AGAIN) * own + AGAIN * earlier
            assert np.abs(found[frame, head] - own).max() < 1e-6


def test_another_delay_is_refused(network: LipNetwork) -> None:
    with pytest.raises(TrainerError, match="expected one of"):
        LiveLipSpeaker(network, BANK, 50)


def test_it_is_small_enough_to_ship_and_has_its_card(network: LipNetwork) -> None:
    path = shipped_lips()
    assert path is not None
    assert network.size <= 5 << 20
    card = path.with_suffix(".card.md").read_text("utf-8")
    assert f"{network.card.parameters:,}" in card
    assert len(network.card.heard) >= 10
    assert speaker_mark("awb") not in network.card.heard


def test_an_expression_stays_exact_where_nobody_speaks() -> None:
    utterance = prepare_utterance(shipped_lips(), None, Shown(label="joy", at="high", life=None))
    silence = np.zeros(SAMPLE_RATE, dtype=np.float32)
    face = BANK.face("joy", vad=BANK.anchor("joy", "high"))
    for take in utterance.takes([silence]):
        weights = cast("Any", take).weights
        assert np.array_equal(weights, np.tile(face, (len(weights), 1)))
    assert utterance.frames == 60
    assert "hearing 87 ms ahead" in utterance.said


def test_a_file_of_another_kind_is_refused(tmp_path: Path, network: LipNetwork) -> None:
    path = shipped_lips()
    assert path is not None
    data = path.read_bytes()
    for old, new, message in (
        (b'"mels":80', b'"mels":81', "81 mel bands"),
        (b'"delays":[0,2,4]', b'"delays":[1,2,4]', "delays do not rise from 0"),
        (b'"PP"', b'"PQ"', "visemes are not those of the table"),
    ):
        assert data.count(old) == 1
        with pytest.raises(TrainerError, match=message):
            LipNetwork(data.replace(old, new), "lips.onnx")
    with pytest.raises(TrainerError, match=r"not a network that can be run \(it is no ONNX file"):
        LipNetwork(data[:1000], "lips.onnx")
    sound = tmp_path / "line.wav"
    soundfile.write(sound, np.zeros(SAMPLE_RATE), SAMPLE_RATE)
    done = ended(2, "speak", sound, "--label", "joy", "--delay", "87")
    assert "--delay is for lips of a network" in done.stderr
