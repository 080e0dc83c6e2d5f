"""Blinks, glances and brows: small, rare, seeded, and never against the face.

At more than half of all moments nothing of it is on, so that a network that is trained on absolute
differences learns the preset, the median, and not the mean of all that could happen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.targets.life import moving

import mien
from mien.performance.clock import TICKS
from mien.performance.face_layers import DEGREES, blinked, raised, turned_degrees
from mien.performance.life import (
    BLINK_CLOSED,
    BLINK_CLOSING,
    BLINK_OPENING,
    BROW_HEIGHT,
    GLANCE_DEGREES,
    Life,
    LifeBlock,
    LifeSettings,
)
from mien.resources import presets
from mien_trainer.expression.emphases import EMPHASES_APART, emphases
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.lips.table import F64
from mien_trainer.phonemes import SILENCE, Phoneme

BANK = mien.load(presets() / "default")
AT = BANK.tables.channel_index
EXPRESSION = np.array(BANK.tables.classes) == "EXPRESSION"
UNITS = st.floats(0, 1, width=32)
MINUTE = 60 * FRAME_RATE


def level(value: float, frames: int = 10 * MINUTE) -> F64:
    return np.full(frames, value)


def starts(lids: F64) -> list[int]:
    return (np.flatnonzero((lids[1:] > 0) & (lids[:-1] == 0)) + 1).tolist()


def lived(
    seed: int,
    frames: int = 10 * MINUTE,
    arousal: float = 0.0,
    wide: float = 0.0,
    moments: Sequence[float] = (),
) -> LifeBlock:
    heard = level(0.0, frames)
    heard[[int(moment * FRAME_RATE) for moment in moments]] = 1.0
    return Life(seed, LifeSettings()).block(
        0,
        arousal=level(arousal, frames),
        wide=level(wide, frames),
        speech=level(0.0, frames),
        emphases=heard,
        end=None,
    )


def clock(seed: int, arousal: float = 0.0, wide: float = 0.0) -> F64:
    return lived(seed, arousal=arousal, wide=wide).lids


def lively(lids: F64, eyes: F64 | None = None, brows: F64 | None = None) -> LifeBlock:
    """``eyes`` yaw and pitch in degrees."""
    frames = len(lids)
    return LifeBlock(
        lids=lids,
        eyes=np.zeros((frames, 2)) if eyes is None else eyes,
        brows=np.zeros(frames) if brows is None else brows,
        head=np.zeros((frames, 3)),
    )


def alive_with(faces: F32, life: LifeBlock) -> F32:
    alive = faces.copy()
    blinked(alive, life.lids.astype(np.float32), AT)
    raised(alive, life.brows.astype(np.float32), AT)
    turned_degrees(alive, life.eyes, AT)
    return alive


def test_blinks_close_quickly_and_open_slowly() -> None:
    lids = clock(0)
    begun = starts(lids)
    blink = (BLINK_CLOSING + BLINK_CLOSED + BLINK_OPENING) / TICKS
    assert BLINK_CLOSING < BLINK_OPENING
    assert 10 * 60 / 6 <= len(begun) <= 10 * 60 / 3 * 1.2
    for frame in begun[:-1]:
        one = lids[frame : frame + 30]
        end = int(np.argmin(one > 0))
        length = end / FRAME_RATE
        assert one[:end].max() == 1.0
        assert length <= blink + 1 / FRAME_RATE or (one == 1.0).sum() > 1
        assert int(one.argmax()) <= end / 2


def test_gaps_are_three_to_six_seconds() -> None:
    gaps = np.diff(starts(clock(1))) / FRAME_RATE
    alone = gaps[gaps > 1.0]
    assert alone.min() >= 2.7
    assert alone.max() <= 6.1
    assert 0.04 < (gaps <= 1.0).mean() < 0.25


def test_arousal_quickens_and_a_stare_holds() -> None:
    calm, roused, staring = (len(starts(clock(2, *at))) for at in ((-1, 0), (1, 0), (0, 0.8)))
    assert roused > 1.2 * calm
    assert staring < 0.75 * len(starts(clock(2)))


def test_glances_are_small_and_rare() -> None:
    turned = lived(0).eyes
    assert np.abs(turned).max() <= GLANCE_DEGREES[1]
    assert 0.05 < turned.any(axis=1).mean() < 0.25
    assert np.abs(np.diff(turned, axis=0)).max() < 0.15 * DEGREES


@given(seed=st.integers(0, 2**32 - 1), shorter=st.integers(1, 600))
def test_a_longer_clip_lives_on_from_a_shorter_one(seed: int, shorter: int) -> None:
    long, short = (lived(seed, n, arousal=0.2, wide=0.1) for n in (600, shorter))
    assert long.eyes[:shorter].tobytes() == short.eyes.tobytes()
    assert long.lids[:shorter].tobytes() == short.lids.tobytes()


def test_brows_follow_most_emphases() -> None:
    moments = [2.0 * k + 1.0 for k in range(100)]
    raised = lived(0, MINUTE * 4, moments=moments).brows
    tops = [raised[int(m * FRAME_RATE) - 5 : int(m * FRAME_RATE) + 30].max() for m in moments]
    followed = [top for top in tops if top > 0.0]
    assert 40 <= len(followed) <= 80
    assert BROW_HEIGHT[0] - 0.01 <= min(followed)
    assert max(followed) <= BROW_HEIGHT[1]
    assert not lived(0, 100).brows.any()


def test_loud_and_long_vowels_are_emphasised() -> None:
    symbols = [SILENCE, "b", "æ", "t", "ə", "n", "i", SILENCE, "ɛ", "s", "oʊ", SILENCE]
    phonemes = [
        Phoneme(symbol=symbol, start=0.3 * k, end=0.3 * (k + 1)) for k, symbol in enumerate(symbols)
    ]
    audio = np.full(int(0.3 * len(symbols) * SAMPLE_RATE), 0.01, np.float32)
    samples = int(0.3 * SAMPLE_RATE)
    audio[6 * samples : 7 * samples] = 0.5
    audio[5 * samples : 6 * samples] = 0.9
    assert list(emphases(audio, phonemes)) == pytest.approx([1.8])
    audio[4 * samples : 5 * samples] = 0.49
    assert list(emphases(audio, phonemes)) == pytest.approx([1.8]), (
        f"less than {EMPHASES_APART} s before"
    )
    assert emphases(audio, phonemes[:2]) == ()
    assert emphases(audio[:0], []) == ()


@given(
    face=st.lists(UNITS, min_size=52, max_size=52),
    lids=UNITS,
    gaze=st.tuples(*[st.floats(-7.5, 7.5)] * 2),
    brows=st.floats(0, 0.25, width=32),
)
def test_life_respects_the_face(
    face: list[float], lids: float, gaze: tuple[float, float], brows: float
) -> None:
    faces = np.array([face], dtype=np.float32)
    faces = BANK.compose(faces, np.zeros_like(faces))
    alive = alive_with(faces, lively(level(lids, 1), np.array([gaze]), level(brows, 1)))
    assert ((alive >= 0.0) & (alive <= 1.0)).all()
    assert alive[:, ~EXPRESSION].tobytes() == faces[:, ~EXPRESSION].tobytes()
    for side in ("Left", "Right"):
        assert alive[0, AT[f"eyeBlink{side}"]] >= max(lids, faces[0, AT[f"eyeBlink{side}"]])
        for one, other in (("In", "Out"), ("Up", "Down")):
            assert not min(alive[0, AT[f"eyeLook{way}{side}"]] for way in (one, other))
    still = lively(level(0.0, 1))
    assert not moving(still).any()
    assert alive_with(faces, still).tobytes() == faces.tobytes()


def test_eyes_turn_together() -> None:
    faces = np.zeros((4, 52), np.float32)
    ways = np.array([(-3.0, 0.0), (3.0, 0.0), (0.0, -3.0), (0.0, 3.0)])  # left, right, up, down
    alive = alive_with(faces, lively(level(0.0, 4), ways))
    pairs = [
        ("eyeLookOutLeft", "eyeLookInRight"),
        ("eyeLookInLeft", "eyeLookOutRight"),
        ("eyeLookUpLeft", "eyeLookUpRight"),
        ("eyeLookDownLeft", "eyeLookDownRight"),
    ]
    for row, pair in enumerate(pairs):
        assert {BANK.channels[c] for c in np.flatnonzero(alive[row])} == set(pair)
        assert alive[row].max() == np.float32(0.1)


def test_eyes_look_on_from_where_the_face_looks() -> None:
    faces = np.zeros((1, 52), np.float32)
    faces[0, AT["eyeLookDownLeft"]] = faces[0, AT["eyeLookDownRight"]] = 0.4
    alive = alive_with(faces, lively(level(0.0, 1), np.array([(0.0, -3.0)])))
    assert alive[0, AT["eyeLookDownLeft"]] == pytest.approx(0.3)
    assert alive[0, AT["eyeLookUpLeft"]] == 0.0


def test_no_blink_stops_half_way() -> None:
    """Also under wide eyes, and after the bank has taken antagonists apart."""
    shapes = np.stack([table.archetypes for table in BANK.tables.labels]).reshape(-1, 52)
    lids = clock(0)[: 2 * MINUTE]
    life = lively(lids)
    for face in shapes:
        faces = np.tile(face, (len(lids), 1))
        alive = BANK.compose(alive_with(faces, life), np.zeros_like(faces))
        for side in ("Left", "Right"):
            closed = alive[:, AT[f"eyeBlink{side}"]]
            assert closed[lids == 1.0].min() == 1.0
            assert not alive[lids == 1.0, AT[f"eyeWide{side}"]].any()
            rest = closed[~moving(life)]
            assert (rest == face[AT[f"eyeBlink{side}"]]).all()
        assert alive[~moving(life)].tobytes() == faces[~moving(life)].tobytes()


def test_most_of_the_time_nothing_is_on() -> None:
    shares = [
        float(moving(lived(seed, 4 * FRAME_RATE, arousal=0.5, moments=(1.0, 2.0, 3.0))).mean())
        for seed in range(100)
    ]
    assert max(shares) < 0.6
    assert np.mean(shares) < 0.4
