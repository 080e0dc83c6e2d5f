"""An expression breathes with the voice: inside its label, in time, and not at all in silence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import mien
from mien.engine.tables import F32, PLAIN
from mien.errors import QueryError
from mien.performance.clock import F64
from mien.performance.expression import Pose, Slot, SlotCurve, shown_faces
from mien.performance.face_layers import BROWS
from mien.performance.life import STRESS_HEIGHT, LifeSettings
from mien.performance.lips import LipTrack, lip_track
from mien.performance.performer import Performer, Plan, part_of
from mien.performance.prosody import HINT, REACH, Lines, VoiceChange, line_of, point_change
from mien_trainer.frames import FRAME_RATE, SAMPLE_RATE, frame_count
from mien_trainer.mel import MelStream
from mien_trainer.speak.prosody import (
    HINT_STEP,
    STRESS_STEP,
    ProsodyStream,
    in_time,
    sounding,
    total,
)

BANK = mien.load("default@2.1.0")
LINES = Lines(BANK.tables)
FACES = {(label, at): BANK.face(label, at=at) for label in BANK.labels for at in BANK.intensities}
MOST = 2.0
"""The most prosody that a score asks for."""

BROWS_ALONE = LifeSettings(blinks=0, glances=0, head=0, breath=0, brows=1, prosody=1)
voices = st.floats(-1.0, 1.0)
points = st.tuples(voices, voices, voices)


def nearest(face: F32) -> str:
    return min(FACES, key=lambda one: float(np.square(FACES[one] - face).sum()))[0]


def followed(label: str, point: F64, stress: float, arousal: float = 0.0) -> F64:
    slot = Slot(BANK.labels.index(label), PLAIN)
    curve = SlotCurve(weights=np.ones(1), points=point[None])
    moved = LINES.spoken({slot: curve}, np.array([stress]), np.array([arousal]))
    found: F64 = moved[slot].points[0]
    return found


def shown(label: str, point: F64) -> F32:
    slot = Slot(BANK.labels.index(label), PLAIN)
    curve = SlotCurve(weights=np.ones(1), points=point[None])
    found: F32 = shown_faces(BANK, {slot: curve}, np.zeros(1, dtype=np.float32))[0]
    return found


@pytest.mark.parametrize("label", BANK.labels)
def test_no_voice_leaves_the_label(label: str) -> None:
    brows = [BANK.channels.index(name) for name in BROWS]
    for at in BANK.intensities:
        point = BANK.anchor(label, at).astype(np.float64)
        for stress in np.linspace(-MOST, MOST, 9).tolist():
            for arousal in (-1.0, 0.0, 1.0):
                face = shown(label, followed(label, point, stress, arousal))
                for height in (0.0, STRESS_HEIGHT * MOST):
                    raised = face.copy()
                    raised[brows] = np.minimum(1.0, raised[brows] + height)
                    assert nearest(raised) == label, (at, stress, arousal, height)


@given(st.sampled_from(BANK.labels), st.floats(0.0, 1.0), voices)
def test_a_point_on_its_line_stays_on_it(label: str, intensity: float, stress: float) -> None:
    line = line_of(BANK.tables.labels[BANK.labels.index(label)])
    assert line is not None
    assert line.places[0] == 0.0
    assert line.places[-1] == 1.0
    assert len(line.places) == len(BANK.intensities)
    axes = [[one[k] for one in line.anchors] for k in range(3)]
    point = np.array([[np.interp(intensity, line.places, one) for one in axes]])
    assert line.place(point)[0] == pytest.approx(intensity, abs=1e-6)
    moved = line.moved(point, np.array([stress]))
    to = min(1.0, max(0.0, intensity + REACH * stress))
    assert line.place(moved)[0] == pytest.approx(to, abs=1e-6)
    assert moved[0] == pytest.approx([np.interp(to, line.places, one) for one in axes], abs=1e-6)


@given(st.sampled_from(BANK.labels), points, points, voices, voices)
def test_no_point_moves_farther_or_faster_than_is_proved(
    label: str, one: tuple[float, ...], other: tuple[float, ...], stress: float, later: float
) -> None:
    a, b = np.array(one), np.array(other)
    voice = VoiceChange(
        stress=max(abs(stress), abs(later)),
        stress_step=abs(later - stress),
        arousal=0.5,
        arousal_step=0.25,
    )
    line = line_of(BANK.tables.labels[BANK.labels.index(label)])
    bound = point_change(line, voice)
    first, second = followed(label, a, stress, 0.5), followed(label, b, later, 0.25)
    assert np.abs(first - a).max() <= bound.reach + 1e-12
    apart = float(np.abs(a - b).max())
    assert np.abs(first - second).max() <= bound.stretch * apart + bound.step + 1e-12


def spoken_track(frames: int, seed: int) -> LipTrack:
    """Speech that comes and goes, with a voice all along."""
    rng = np.random.default_rng(seed)
    speech = np.clip(np.repeat(rng.random(2 + frames // 40), 40)[:frames] * 3.0 - 1.0, 0.0, 1.0)
    return lip_track(
        BANK.channels,
        np.zeros((frames, len(BANK.channels))),
        speech,
        prosody=rng.uniform(-1.0, 1.0, (frames, 2)) * (1.0, 0.0),
    )


def performed(plan: Plan, lips: LipTrack) -> F32:
    return np.concatenate([one.weights for one in Performer(BANK, plan).perform([lips])])


@settings(max_examples=20)
@given(st.sampled_from(BANK.labels), st.sampled_from(BANK.intensities), st.integers(0, 99))
def test_in_silence_anchors_are_exact(label: str, at: str, seed: int) -> None:
    v, a, d = BANK.anchor(label, at).tolist()
    slot = Slot(BANK.labels.index(label), PLAIN)
    pose = Pose(weights={slot: 1.0}, point=(v, a, d))
    plan = Plan(first=pose, life=BROWS_ALONE, frames=200, rests=False)
    lips = spoken_track(200, seed)
    found = performed(plan, lips)
    silent = lips.speech == 0.0
    face = BANK.face(label, at=at)
    assert (found[silent] == face).all()
    without = performed(evolve(plan, life=None), lips)
    assert not silent.all() or (found == without).all()


def test_brows_rise_with_stress_and_life_alone_does_not_listen() -> None:
    frames = 240
    stress = np.zeros((frames, 2), dtype=np.float32)
    stress[100:130, 0], stress[160:190, 0] = 1.0, -0.5
    nothing = np.zeros((frames, len(BANK.channels)))
    lips = lip_track(BANK.channels, nothing, np.ones(frames), prosody=stress)
    v, a, d = BANK.anchor("joy", "mid").tolist()
    slot = Slot(BANK.labels.index("joy"), PLAIN)
    first = Pose(weights={slot: 1.0}, point=(v, a, d))
    plan = Plan(first=first, life=BROWS_ALONE, frames=frames, rests=False)
    found, still = performed(plan, lips), performed(evolve(plan, life=None), lips)
    outer, smile = (BANK.channels.index(one) for one in ("browOuterUpLeft", "mouthSmileLeft"))
    assert (found[100:130, outer] > still[100:130, outer] + 0.5 * STRESS_HEIGHT).all()
    assert (found[:100] == still[:100]).all()
    assert (found[100:130, smile] != still[100:130, smile]).all()
    assert (found[160:190] != still[160:190]).any(axis=1).all()
    deaf = evolve(plan, life=evolve(BROWS_ALONE, prosody=0.0))
    assert (performed(deaf, lips) == performed(deaf, evolve(lips, prosody=None))).all()


def test_the_hint_moves_arousal_alone() -> None:
    point = BANK.anchor("sadness", "mid").astype(np.float64)
    moved = followed("sadness", point, 0.0, 1.0)
    assert (moved == point + np.array([0.0, HINT, 0.0])).all()


def test_tracks_carry_it() -> None:
    track = spoken_track(30, 1)
    half = part_of(track, 0, 15)
    assert half.prosody is not None
    assert half.prosody.shape == (15, 2)
    with pytest.raises(QueryError, match="prosody"):
        lip_track("a", [[0.0]], [0.0], prosody=[[2.0, 0.0]])
    with pytest.raises(QueryError, match="shape"):
        lip_track("a", [[0.0]], [0.0], prosody=[0.0])


# What is heard.


_SINCE = np.arange(200)
RINGING = 0.95**_SINCE * np.sin(0.226 * (_SINCE + 1)) / np.sin(0.226)
"""A mouth that resounds at 575 Hz."""


def syllables(pitches: list[float], levels: list[float], seconds: float = 0.25) -> F32:
    """A buzz of one pitch and level after another, each swelling and fading."""
    parts: list[npt.NDArray[np.float64]] = []
    for pitch, level in zip(pitches, levels, strict=True):
        count = int(seconds * SAMPLE_RATE)
        phase = np.cumsum(np.full(count, pitch / SAMPLE_RATE)) % 1.0
        pulses = np.diff(phase, prepend=0.9) < 0.0
        ringing = np.convolve(pulses.astype(np.float64), RINGING)
        sound = np.asarray(ringing, dtype=np.float64)[:count]
        parts.append(sound * level * np.hanning(count))
    return (0.2 * np.concatenate(parts)).astype(np.float32)


def heard(audio: F32) -> F32:
    prosody = ProsodyStream()
    return np.concatenate((prosody.push(audio), prosody.finish()))


def test_pitch_is_found() -> None:
    for pitch in (90.0, 140.0, 180.0, 260.0, 330.0):
        audio = syllables([pitch], [1.0], 0.3)
        middle = sounding(audio[None, 2000:2640])
        assert float(np.exp(middle.pitch[0])) == pytest.approx(pitch, rel=0.04)
        assert middle.sure[0] > 0.7


@given(st.integers(1, 40), st.integers(0, 9))
def test_sums_are_sums(width: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(width, 3))
    wanted = values.sum(axis=0)
    assert total(values) == pytest.approx(wanted)


def test_loud_syllables_stand_out_and_gain_does_not_matter() -> None:
    levels = [1.0, 1.0, 0.7, 1.0, 0.8, 1.0, 1.0, 4.0, 1.0, 0.7, 1.0, 4.0, 1.0, 1.0]
    audio = syllables([120.0] * len(levels), levels)
    found = in_time(heard(audio), 2)[:, 0]
    peaks = [found[15 * k : 15 * k + 15].max() for k in range(len(levels))]
    loud = [k for k, level in enumerate(levels) if level > 1.0]
    assert sorted(np.argsort(peaks)[-2:].tolist()) == loud
    assert min(peaks[k] for k in loud) > 0.5
    softer = in_time(heard(0.2 * audio), 2)[:, 0]
    assert float(np.abs(softer - found)[FRAME_RATE:].mean()) < 0.02


def test_arousal_is_heard_against_the_speakers_own_way() -> None:
    calm, excited = [110.0, 115.0, 105.0, 112.0] * 10, [190.0, 200.0, 185.0, 195.0] * 4
    audio = syllables(calm + excited + calm, [1.0] * (len(calm) * 2 + len(excited)))
    found = heard(audio)[:, 1]
    assert found[:60].max() == 0.0
    first, then = 15 * len(calm), 15 * (len(calm) + len(excited))
    assert np.abs(found[60:first]).max() < 0.2
    assert found[first + 60 : then].min() > 0.3
    high = heard(syllables(excited * 4, [1.0] * len(excited) * 4))[:, 1]
    assert np.abs(high).max() < 0.3, "a high voice is not an aroused one"


@settings(max_examples=15)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=12), st.integers(0, 20))
def test_pieces_give_the_same_bits_and_keep_step_with_log_mel(cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    audio = syllables(rng.uniform(80, 300, 8).tolist(), rng.uniform(0.1, 2.0, 8).tolist(), 0.2)
    whole = heard(audio)
    assert len(whole) == frame_count(len(audio))
    prosody, mel, at = ProsodyStream(), MelStream(), 0
    parts: list[F32] = []
    for cut in cuts:
        piece = audio[at : at + cut]
        parts.append(prosody.push(piece))
        assert len(parts[-1]) == len(mel.push(piece))
        at += cut
    parts += [prosody.push(audio[at:]), prosody.finish()]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


@given(st.integers(0, 50))
def test_it_is_smooth_and_stays_within_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0.0, 1.0, 16000) * np.repeat(rng.choice([0.0, 1e-4, 0.1, 1.0], 20), 800)
    found = heard(noise.astype(np.float32)).astype(np.float64)
    assert np.abs(found).max() <= 1.0
    steps = np.abs(np.diff(found, axis=0, prepend=0.0)).max(axis=0)
    assert (steps <= np.array([STRESS_STEP, HINT_STEP]) + 1e-6).all()


@pytest.mark.parametrize("level", [0.0, 1e-5])
def test_silence_and_faint_noise_say_nothing(level: float) -> None:
    rng = np.random.default_rng(0)
    spoken = syllables([120.0, 180.0, 120.0], [1.0, 3.0, 1.0])
    quiet = (level * rng.normal(size=3 * SAMPLE_RATE)).astype(np.float32)
    found = heard(np.concatenate((quiet, spoken, quiet)))
    before = 3 * FRAME_RATE - 2
    assert (found[:before] == 0.0).all()
    assert (found[-FRAME_RATE:] == 0.0).all()
    assert found[before:-FRAME_RATE, 0].max() > 0.2


def test_memory_stays_flat() -> None:
    prosody = ProsodyStream()
    for _ in range(40):
        prosody.push(np.zeros(SAMPLE_RATE, dtype=np.float32))
    assert len(prosody._held) < SAMPLE_RATE  # pyright: ignore[reportPrivateUsage]
