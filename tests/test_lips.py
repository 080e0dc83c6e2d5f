# ruff: noqa: RUF001  IPA is meant
"""Curves of the lips: bounds, contacts, smoothness, rest, timing."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mien
from mien.bank import Bank
from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lips.closures import closures, closures_kept, lip_gap, teeth_gap
from mien_trainer.lips.coarticulation import blend, keep_contacts, lip_curves, plan_of
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact, timeline
from mien_trainer.phonemes import SILENCE, Phoneme

TABLE = shipped_table()
CHANNELS = TABLE.rig.names
JAW = CHANNELS.index("jawOpen")
CLOSING = ("p", "b", "m", "f", "v")
SOUNDS = tuple(
    sound for viseme in TABLE.visemes.values() for sound in viseme.sounds if viseme.class_ != "rest"
)
VOWELS = ("ɑː", "æ", "ɛ", "ɪ", "iː", "ɔː", "uː", "ʌ", "aɪ", "oʊ")
STEP = 0.45
"""The most that a channel may change from one frame to the next: lips that press, or let go."""


def spoken(*sounds: tuple[str, float], start: float = 0.0) -> list[Phoneme]:
    """Phonemes from symbols and seconds."""
    phonemes: list[Phoneme] = []
    for symbol, seconds in sounds:
        phonemes.append(Phoneme(symbol=symbol, start=start, end=start + seconds))
        start += seconds
    return phonemes


def made(sounds: list[tuple[str, float]], start: float) -> list[Phoneme]:
    return spoken(*sounds, start=start)


def frames_of(phonemes: list[Phoneme], rest: float = 0.5) -> int:
    return int((phonemes[-1].end + rest) * FRAME_RATE)


symbols = st.sampled_from((*SOUNDS, *TABLE.glides, SILENCE)) | st.sampled_from(CLOSING)
utterances = st.builds(
    made,
    st.lists(st.tuples(symbols, st.floats(0.03, 0.25)), min_size=1, max_size=20),
    st.floats(0.2, 0.3),
)

few = st.builds(
    made, st.lists(st.tuples(symbols, st.floats(0.03, 0.12)), min_size=1, max_size=4), st.just(0.1)
)


@functools.cache
def bank() -> Bank:
    return mien.load("default")


@functools.cache
def archetypes() -> F32:
    """All (48, 52), as they are while speaking."""
    faces = [
        bank().face(label, at=at, speech=1.0)
        for label in bank().labels
        for at in bank().intensities
    ]
    assert len(faces) == 48
    return np.stack(faces)


@given(utterances)
def test_weights_are_weights_and_antagonists_stay_apart(phonemes: list[Phoneme]) -> None:
    curves = lip_curves(phonemes, frames_of(phonemes), TABLE)
    assert curves.shape == (frames_of(phonemes), 52)
    assert curves.dtype == np.float32
    assert curves.min() >= 0.0
    assert curves.max() <= 1.0
    index = TABLE.rig.index
    for pair in TABLE.rig.antagonists:
        one, other = (curves[:, index[name]] for name in pair.pair)
        assert np.minimum(one, other).max() <= pair.cap + 1e-6, pair.pair
    for ceiling in TABLE.rig.ceilings:
        over = curves[:, index[ceiling.channel]] - curves[:, index[ceiling.under]]
        assert over.max() <= ceiling.slack + 1e-6


@given(st.lists(st.tuples(symbols, st.floats(0.0, 0.03)), max_size=12), st.floats(-0.1, 0.3))
def test_sounds_too_short_to_be_seen_do_no_harm(
    sounds: list[tuple[str, float]], start: float
) -> None:
    curves = lip_curves(made(sounds, start), 60, TABLE)
    assert np.isfinite(curves).all()
    assert curves.min() >= 0.0
    assert curves.max() <= 1.0
    assert not curves[-1].any()


@given(utterances)
def test_the_shipped_table_needs_no_conflict_resolved(phonemes: list[Phoneme]) -> None:
    plan = plan_of(TABLE)
    times = np.arange(frames_of(phonemes)) / FRAME_RATE
    line = timeline(phonemes, TABLE)
    kept = keep_contacts(blend(line, times, plan), line, times, TABLE, plan)
    columns = np.ascontiguousarray(kept.T, dtype=np.float32)
    np.testing.assert_allclose(plan.conflict(columns), columns, atol=2e-6)


@given(utterances)
def test_bare_lips_keep_every_closure(phonemes: list[Phoneme]) -> None:
    curves = lip_curves(phonemes, frames_of(phonemes), TABLE)
    kept, total = closures_kept(curves, phonemes)
    assert kept == total
    asked = sum(TABLE.read(one.symbol).visemes[0] in ("PP", "FF") for one in phonemes)
    assert total == asked
    for one in closures(phonemes, len(curves)):
        press = curves[one.first : one.last + 1][:, [CHANNELS.index("mouthPressLeft")]]
        assert one.contact is not Contact.LIPS or press.min() >= 0.4


@settings(max_examples=25)
@given(utterances)
def test_every_closure_holds_under_every_archetype(phonemes: list[Phoneme]) -> None:
    curves = lip_curves(phonemes, frames_of(phonemes), TABLE)
    faces = archetypes()
    below = np.repeat(faces, len(curves), axis=0)
    composed = bank().compose(below, np.tile(curves, (len(faces), 1)))
    for face in composed.reshape(len(faces), *curves.shape):
        kept, total = closures_kept(face, phonemes)
        assert kept == total


@pytest.mark.parametrize("symbol", ["p", "b", "m"])
@pytest.mark.parametrize("vowel", VOWELS)
@pytest.mark.parametrize("offset", [0.0, 0.004, 0.009, 0.013])
def test_long_closures_are_closed_for_their_core_whatever_the_vowel(
    symbol: str, vowel: str, offset: float
) -> None:
    phonemes = spoken((vowel, 0.15), (symbol, 0.1), (vowel, 0.15), start=0.3 + offset)
    gap = lip_gap(lip_curves(phonemes, 60, TABLE), CHANNELS)
    times = np.arange(60) / FRAME_RATE
    start, end = phonemes[1].start, phonemes[1].end
    core = (times >= start + 0.01) & (times <= end - 0.03)
    assert core.sum() >= 3
    assert gap[core].max() == 0.0
    wide = (times > start - 0.1) & (times < end + 0.1)
    assert gap[wide].max() > 0.1


@pytest.mark.parametrize("symbol", CLOSING)
@pytest.mark.parametrize("vowel", VOWELS)
def test_vowels_between_closures_are_not_swallowed(symbol: str, vowel: str) -> None:
    visemes = TABLE.read(vowel).visemes
    lasts = 0.08 if len(visemes) == 1 else 0.13
    phonemes = spoken((symbol, 0.08), (vowel, lasts), (symbol, 0.08), start=0.3)
    curves = lip_curves(phonemes, 60, TABLE)
    target = TABLE.visemes[visemes[0]].weights["jawOpen"]
    inside = curves[round(0.38 * FRAME_RATE) : round((0.38 + lasts) * FRAME_RATE) + 1, JAW]
    # A jaw no quicker than a real one (docs/captures.md) has a third of so short a vowel.
    assert inside.max() >= target / 3.0


@given(utterances)
def test_no_channel_jumps(phonemes: list[Phoneme]) -> None:
    curves = lip_curves(phonemes, frames_of(phonemes), TABLE)
    assert np.abs(np.diff(curves, axis=0)).max() <= STEP


@settings(max_examples=15)
@given(few)
def test_curves_have_no_corners(phonemes: list[Phoneme]) -> None:
    """Between times ever nearer, slopes differ ever less."""
    plan = plan_of(TABLE)
    line = timeline(phonemes, TABLE)
    bends: list[float] = []
    for step in (1e-3, 1e-4):
        times = np.arange(0.0, phonemes[-1].end + 0.1, step)
        curves = keep_contacts(blend(line, times, plan), line, times, TABLE, plan)
        bends.append(float(np.abs(np.diff(curves, n=2, axis=0)).max() / step))
    assert bends[1] <= 0.4 * bends[0] + 0.05


@given(utterances, utterances)
def test_silence_is_rest(before: list[Phoneme], after: list[Phoneme]) -> None:
    end = before[-1].end
    later = [
        Phoneme(symbol=one.symbol, start=one.start + end + 1.0, end=one.end + end + 1.0)
        for one in after
    ]
    phonemes = [*before, *later]
    curves = lip_curves(phonemes, frames_of(phonemes, rest=1.0), TABLE)
    times = np.arange(len(curves)) / FRAME_RATE
    quiet = (times > end + 0.4) & (times < later[0].start - 0.4)
    quiet |= times > later[-1].end + 0.4
    assert quiet.sum() > 30
    assert not curves[quiet].any()


@given(utterances, st.integers(1, 60))
def test_a_shift_by_whole_frames_shifts_the_curves(phonemes: list[Phoneme], shift: int) -> None:
    count = frames_of(phonemes)
    seconds = shift / FRAME_RATE
    moved = [
        Phoneme(symbol=one.symbol, start=one.start + seconds, end=one.end + seconds)
        for one in phonemes
    ]
    curves = lip_curves(phonemes, count, TABLE)
    later = lip_curves(moved, count + shift, TABLE)
    np.testing.assert_allclose(later[shift:], curves, atol=2e-4)


@pytest.mark.parametrize("frames", [0, 1, 59])
def test_no_speech_is_rest_of_any_length(frames: int) -> None:
    assert lip_curves([], frames, TABLE).tolist() == np.zeros((frames, 52)).tolist()
    assert not lip_curves(spoken((SILENCE, 1.0)), frames, TABLE).any()
    assert closures_kept(np.zeros((frames, 52), dtype=np.float32), []) == (0, 0)


def test_pauses_need_not_be_written() -> None:
    written = spoken((SILENCE, 0.3), ("ɑː", 0.2), (SILENCE, 0.3), ("uː", 0.2), (SILENCE, 0.5))
    left_out = [one for one in written if one.symbol != SILENCE]
    np.testing.assert_allclose(
        lip_curves(written, 90, TABLE), lip_curves(left_out, 90, TABLE), atol=1e-4
    )


@pytest.mark.parametrize("consonant", ["p", "m", "f", "t", "s", "k", "θ", "h", "l", "ɹ", SILENCE])
@pytest.mark.parametrize("vowel", ["ɑː", "ɛ", "ʌ"])
def test_the_jaw_opens_before_the_vowel_sounds_and_rises_to_it(consonant: str, vowel: str) -> None:
    phonemes = spoken((SILENCE, 0.4), (consonant, 0.1), (vowel, 0.2), (SILENCE, 0.3))
    plan = plan_of(TABLE)
    line = timeline(phonemes, TABLE)
    times = np.arange(0.4, 0.7, 0.001)
    jaw = keep_contacts(blend(line, times, plan), line, times, TABLE, plan)[:, JAW]
    onset, peak = 100, int(np.argmax(jaw))
    lowest = int(np.argmin(jaw[:onset]))
    assert lowest < onset < peak
    assert jaw[onset] > jaw[lowest] + 0.002
    assert jaw[onset + 10] > jaw[onset]
    assert np.diff(jaw[lowest : peak + 1]).min() >= -1e-4


def test_rounding_runs_ahead_through_consonants_more_so_where_lips_are_free() -> None:
    pucker = CHANNELS.index("mouthPucker")
    ahead: dict[str, float] = {}
    for consonant in ("t", "k", "b", "s"):
        phonemes = spoken(("ɛ", 0.15), (consonant, 0.1), ("uː", 0.2), start=0.3)
        curves = lip_curves(phonemes, 60, TABLE)
        ahead[consonant] = float(curves[round(0.43 * FRAME_RATE), pucker])
    assert min(ahead[one] for one in ("t", "k", "b")) > 0.2
    assert ahead["s"] < min(ahead[one] for one in ("t", "k", "b"))


@pytest.mark.parametrize("symbol", ["f", "v"])
def test_f_and_v_touch_the_teeth_and_leave_the_lips_apart(symbol: str) -> None:
    phonemes = spoken(("ɑː", 0.15), (symbol, 0.12), ("ɑː", 0.15), start=0.3)
    curves = lip_curves(phonemes, 60, TABLE)
    middle = round(0.5 * FRAME_RATE)
    assert teeth_gap(curves, CHANNELS)[middle] == 0.0
    assert lip_gap(curves, CHANNELS)[middle] > 0.0
    assert curves[middle, CHANNELS.index("mouthUpperUpLeft")] > 0.2


def test_closures_are_counted_where_they_fall_in_the_clip() -> None:
    phonemes = spoken(("m", 0.1), ("ɑː", 0.2), ("p", 0.1), ("f", 0.1))
    found = closures(phonemes, 60)
    assert [(one.viseme, one.first, one.last) for one in found] == [
        ("PP", 2, 3),
        ("PP", 20, 21),
        ("FF", 26, 27),
    ]
    assert [one.viseme for one in closures(phonemes, 12)] == ["PP"]
    open_mouth = np.zeros((60, 52), dtype=np.float32)
    open_mouth[:, JAW] = 0.3
    assert closures_kept(open_mouth, phonemes) == (0, 3)
    open_mouth[18:23] = 0.0
    assert closures_kept(open_mouth, phonemes) == (1, 3)
