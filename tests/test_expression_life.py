"""Blinks, glances and brows: small, rare, seeded, and never against the face."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import mien
from mien.bank import Bank
from mien.resources import presets
from mien_trainer.expression.life import (
    BLINK_CLOSED,
    BLINK_CLOSING,
    BLINK_OPENING,
    BROW_HEIGHT,
    DEGREES,
    EMPHASES_APART,
    GLANCE_DEGREES,
    Life,
    Liven,
    blinks,
    brow_raises,
    emphases,
    glances,
)
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme

BANK = mien.load(presets() / "default")
AT = BANK.tables.channel_index
LIVEN = Liven(BANK)
EXPRESSION = np.array(BANK.tables.classes) == "EXPRESSION"
UNITS = st.floats(0, 1, width=32)
MINUTE = 60 * FRAME_RATE


def level(value: float, frames: int = 10 * MINUTE) -> F32:
    return np.full(frames, value, np.float32)


def starts(lids: F32) -> list[int]:
    return (np.flatnonzero((lids[1:] > 0) & (lids[:-1] == 0)) + 1).tolist()


def clock(seed: int, arousal: float = 0.0, wide: float = 0.0) -> F32:
    return blinks(level(arousal), level(wide), np.random.default_rng(seed))


def lively(lids: F32, gaze: F32 | None = None, brows: F32 | None = None) -> Life:
    none = np.zeros(len(lids), np.float32)
    return Life(
        lids=lids,
        gaze=np.zeros((len(lids), 2), np.float32) if gaze is None else gaze,
        brows=none if brows is None else brows,
    )


def test_blinks_close_quickly_and_open_slowly() -> None:
    lids = clock(0)
    begun = starts(lids)
    assert BLINK_CLOSING < BLINK_OPENING
    assert 10 * 60 / 6 <= len(begun) <= 10 * 60 / 3 * 1.2
    for frame in begun[:-1]:
        one = lids[frame : frame + 30]
        end = int(np.argmin(one > 0))
        length = end / FRAME_RATE
        assert one[:end].max() == 1.0
        assert (
            length <= BLINK_CLOSING + BLINK_CLOSED + BLINK_OPENING + 1 / FRAME_RATE
            or (one == 1.0).sum() > 1
        )
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
    turned = glances(10 * MINUTE, np.random.default_rng(0))
    assert np.abs(turned).max() <= GLANCE_DEGREES[1] / DEGREES
    assert 0.05 < turned.any(axis=1).mean() < 0.25
    assert np.abs(np.diff(turned, axis=0)).max() < 0.15


@given(seed=st.integers(0, 2**32 - 1), shorter=st.integers(1, 600))
def test_a_longer_clip_lives_on_from_a_shorter_one(seed: int, shorter: int) -> None:
    long, short = (glances(n, np.random.default_rng(seed)) for n in (600, shorter))
    assert long[:shorter].tobytes() == short.tobytes()
    long, short = (
        blinks(level(0.2, n), level(0.1, n), np.random.default_rng(seed)) for n in (600, shorter)
    )
    assert long[:shorter].tobytes() == short.tobytes()


def test_brows_follow_most_emphases() -> None:
    moments = [2.0 * k + 1.0 for k in range(100)]
    raised = brow_raises(MINUTE * 4, moments, np.random.default_rng(0))
    tops = [raised[int(m * FRAME_RATE) - 5 : int(m * FRAME_RATE) + 30].max() for m in moments]
    followed = [top for top in tops if top > 0.0]
    assert 40 <= len(followed) <= 80
    assert BROW_HEIGHT[0] - 0.01 <= min(followed)
    assert max(followed) <= BROW_HEIGHT[1]
    assert not brow_raises(100, (), np.random.default_rng(0)).any()


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
    gaze=st.tuples(*[st.floats(-0.25, 0.25, width=32)] * 2),
    brows=st.floats(0, 0.25, width=32),
)
def test_life_respects_the_face(
    face: list[float], lids: float, gaze: tuple[float, float], brows: float
) -> None:
    faces = np.array([face], dtype=np.float32)
    faces = BANK.compose(faces, np.zeros_like(faces))
    life = lively(level(lids, 1), np.array([gaze], np.float32), level(brows, 1))
    alive = LIVEN(faces, life)
    assert ((alive >= 0.0) & (alive <= 1.0)).all()
    assert alive[:, ~EXPRESSION].tobytes() == faces[:, ~EXPRESSION].tobytes()
    for side in ("Left", "Right"):
        assert alive[0, AT[f"eyeBlink{side}"]] >= max(lids, faces[0, AT[f"eyeBlink{side}"]])
        for one, other in (("In", "Out"), ("Up", "Down")):
            assert not min(alive[0, AT[f"eyeLook{way}{side}"]] for way in (one, other))
    still = lively(level(0.0, 1))
    assert not still.on.any()
    assert LIVEN(faces, still).tobytes() == faces.tobytes()


def test_eyes_turn_together() -> None:
    faces = np.zeros((4, 52), np.float32)
    ways = np.array([(0.1, 0.0), (-0.1, 0.0), (0.0, 0.1), (0.0, -0.1)], np.float32)
    alive = LIVEN(faces, lively(level(0.0, 4), ways))
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
    alive = LIVEN(faces, lively(level(0.0, 1), np.array([(0.0, 0.1)], np.float32)))
    assert alive[0, AT["eyeLookDownLeft"]] == pytest.approx(0.3)
    assert alive[0, AT["eyeLookUpLeft"]] == 0.0


def test_no_blink_stops_half_way() -> None:
    """Also under wide eyes, and after the bank has taken antagonists apart."""
    shapes = np.stack([table.archetypes for table in BANK.tables.labels]).reshape(-1, 52)
    lids = clock(0)[: 2 * MINUTE]
    life = lively(lids)
    for face in shapes:
        faces = np.tile(face, (len(lids), 1))
        alive = BANK.compose(LIVEN(faces, life), np.zeros_like(faces))
        for side in ("Left", "Right"):
            closed = alive[:, AT[f"eyeBlink{side}"]]
            assert closed[lids == 1.0].min() == 1.0
            assert not alive[lids == 1.0, AT[f"eyeWide{side}"]].any()
            rest = closed[~life.on]
            assert (rest == face[AT[f"eyeBlink{side}"]]).all()
        assert alive[~life.on].tobytes() == faces[~life.on].tobytes()


def test_most_of_the_time_nothing_is_on() -> None:
    shares: list[float] = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        frames = 4 * FRAME_RATE
        brows = brow_raises(frames, (1.0, 2.0, 3.0), rng)
        still = level(0.0, frames)
        life = lively(blinks(level(0.5, frames), still, rng), glances(frames, rng), brows)
        shares.append(float(life.on.mean()))
    assert max(shares) < 0.6
    assert np.mean(shares) < 0.4


def test_a_rig_without_eyes_is_refused() -> None:
    names = ("blinkLeft", *BANK.channels[1:])
    with pytest.raises(TrainerError, match="no channel eyeBlinkLeft: training needs ARKit's 52"):
        Liven(Bank(evolve(BANK.tables, channels=names)))
