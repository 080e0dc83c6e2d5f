"""How much is spoken: ahead of the sound, after it, through short pauses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.frames import FRAME_RATE
from mien_trainer.lips.activity import BRIDGED, RAMP, speech_activity
from mien_trainer.phonemes import SILENCE, Phoneme

Sounds = list[tuple[str, float]]

sounds = st.lists(
    st.tuples(st.sampled_from(["a", "p", "s", SILENCE]), st.floats(0.02, 0.6)), max_size=15
)


def spoken(sounds: Sounds, start: float = 0.0) -> list[Phoneme]:
    phonemes: list[Phoneme] = []
    for symbol, seconds in sounds:
        phonemes.append(Phoneme(symbol=symbol, start=start, end=start + seconds))
        start += seconds
    return phonemes


@given(sounds, st.floats(0.0, 1.0))
def test_it_is_a_smooth_share_that_is_1_in_sounds_and_0_far_from_them(
    made: Sounds, start: float
) -> None:
    phonemes = spoken(made, start)
    count = int((start + sum(seconds for _, seconds in made) + 1.0) * FRAME_RATE)
    activity = speech_activity(phonemes, count)
    times = np.arange(count) / FRAME_RATE
    heard = [one for one in phonemes if one.symbol != SILENCE]
    assert activity.shape == (count,)
    assert activity.dtype == np.float32
    assert ((activity >= 0.0) & (activity <= 1.0)).all()
    assert np.abs(np.diff(activity)).max(initial=0.0) <= 1.5 / (RAMP * FRAME_RATE) + 1e-6
    for one in heard:
        assert (activity[(times >= one.start) & (times <= one.end)] == 1.0).all()
    far = np.ones(count, dtype=bool)
    for one in heard:
        far &= (times < one.start - BRIDGED) | (times > one.end + BRIDGED)
    assert not activity[far].any()


@pytest.mark.parametrize(("pause", "lowest"), [(0.1, 1.0), (0.24, 1.0), (0.27, 0.0), (0.6, 0.0)])
def test_short_pauses_are_bridged(pause: float, lowest: float) -> None:
    phonemes = spoken([("a", 0.3), (SILENCE, pause), ("a", 0.3)], 0.5)
    inside = speech_activity(phonemes, 120)[round(0.8 * 60) : round((0.8 + pause) * 60)]
    assert inside.min() == pytest.approx(lowest, abs=0.02)
    unwritten = [one for one in phonemes if one.symbol != SILENCE]
    assert (speech_activity(unwritten, 120) == speech_activity(phonemes, 120)).all()


def test_it_opens_ahead_of_the_sound_and_closes_after_it() -> None:
    activity = speech_activity(spoken([("a", 0.5)], 0.5), 90)
    assert activity[int((0.5 - RAMP) * 60)] == 0.0
    assert 0.4 < activity[round((0.5 - RAMP / 2) * 60)] < 0.7
    assert activity[30] == activity[60] == 1.0
    assert 0.4 < activity[round((1.0 + RAMP / 2) * 60)] < 0.7
    assert not activity[68:].any()


def test_silence_is_0() -> None:
    assert not speech_activity([], 10).any()
    assert not speech_activity(spoken([(SILENCE, 1.0)]), 60).any()
