"""Tones are told from voices: of a telephone, an alarm, a tune; no voice is taken for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from tests.sounds import spoken_line

from mien_trainer.alignment.tones import Tones, tones_of
from mien_trainer.alignment.word_loop import Recogniser
from mien_trainer.frames import F32, SAMPLE_RATE

Sound = Callable[[], F32]

_SCALE = (262.0, 294.0, 330.0, 349.0, 392.0, 440.0, 494.0, 523.0)


def moments(seconds: float) -> F32:
    samples = int(seconds * SAMPLE_RATE)
    return np.linspace(0.0, samples / SAMPLE_RATE, samples, endpoint=False, dtype=np.float32)


def tone(hertz: Sequence[float], seconds: float) -> F32:
    """Tones at once, which come and go within 5 ms."""
    at = moments(seconds).astype(np.float64)
    edge = np.minimum(1.0, np.minimum(at, at[::-1]) / 0.005)
    waves = np.zeros(len(at))
    for one in hertz:
        waves += np.sin(2.0 * np.pi * one * at)
    return np.asarray(0.4 / len(hertz) * edge * waves, dtype=np.float32)


def rest(seconds: float) -> F32:
    return np.zeros(int(seconds * SAMPLE_RATE), dtype=np.float32)


def beeps() -> F32:
    return np.concatenate([tone([1000.0], 0.2), rest(0.2)] * 8)


def keypad() -> F32:
    pairs = [(697.0, 1209.0), (770.0, 1336.0), (852.0, 1477.0), (941.0, 1336.0)] * 3
    return np.concatenate([one for pair in pairs for one in (tone(pair, 0.12), rest(0.09))])


def ringing() -> F32:
    twice = [tone((400.0, 450.0), 0.4), rest(0.2)] * 2
    return np.concatenate([*twice, rest(1.8), *twice])


def swelling() -> F32:
    """A tone that swells as syllables do."""
    swell = 0.5 + 0.5 * np.sin(2.0 * np.pi * 4.0 * moments(5.0))
    return np.asarray(tone([500.0], 5.0) * swell, dtype=np.float32)


def siren() -> F32:
    pitch = 900.0 + 300.0 * np.sin(np.pi * moments(6.0).astype(np.float64))
    return (0.3 * np.sin(2.0 * np.pi * np.cumsum(pitch) / SAMPLE_RATE)).astype(np.float32)


def tune(overtones: int) -> F32:
    notes = np.random.default_rng(4).choice(_SCALE, 14)
    lines = np.arange(1, overtones + 1)
    return np.concatenate([tone(note * lines, 0.35) for note in notes])


def in_a_room(sound: F32) -> F32:
    at = moments(0.35)
    echo = np.random.default_rng(2).normal(0.0, 0.15, len(at)) * np.exp(-20.0 * at)
    echo[0] = 1.0
    return np.convolve(sound, echo)[: len(sound)].astype(np.float32)


@pytest.mark.parametrize("place", [np.copy, in_a_room], ids=["dry", "room"])
@pytest.mark.parametrize(
    "sound",
    [beeps, keypad, ringing, swelling, siren, lambda: tune(1)],
    ids=lambda one: one.__name__,
)
def test_pure_tones_are_nobodys_voice(sound: Sound, place: Callable[[F32], F32]) -> None:
    assert tones_of(place(sound())) is Tones.PURE


@pytest.mark.parametrize("place", [np.copy, in_a_room], ids=["dry", "room"])
def test_tunes_of_instruments_stand(place: Callable[[F32], F32]) -> None:
    assert tones_of(place(tune(6))) is Tones.STEADY


@pytest.mark.parametrize("voice", ["slt", "kal", "awb"])
def test_no_voice_is_of_tones_whole_or_by_the_second(voice: str) -> None:
    line = spoken_line("You and I were away all year. Soon the moon grew blue; do you mind?", voice)
    for sound in (line.audio, in_a_room(line.audio)):
        seconds = range(0, len(sound) - SAMPLE_RATE, SAMPLE_RATE // 2)
        assert tones_of(sound) is None
        assert {tones_of(sound[at : at + SAMPLE_RATE]) for at in seconds} == {None}


def test_speech_with_a_tone_in_it_is_speech() -> None:
    line = spoken_line("Please leave your message after the tone.").audio
    for hertz in ([1000.0], [440.0, 880.0, 1320.0]):
        for level in (1.0, 0.2):
            assert tones_of(np.concatenate([level * line, tone(hertz, 1.5)])) is None


@pytest.mark.parametrize("samples", [0, 1, 600, SAMPLE_RATE - 1])
def test_what_is_short_may_be_a_vowel(samples: int) -> None:
    assert tones_of(tone([300.0], 1.0)[:samples]) is None
    assert tones_of(np.zeros(SAMPLE_RATE, dtype=np.float32)) is None


def test_tones_say_nothing_and_tunes_no_words() -> None:
    recogniser = Recogniser()
    for sound in (ringing(), tune(1)):
        found = recogniser.heard(sound)
        assert (found.spoken, found.by_words, found.words) == (0.0, 0.0, ())
    found = recogniser.heard(tune(6))
    assert (found.by_words, found.words) == (0.0, ())
    assert found.spoken > 3.0
