"""Sounds recognised without words, on speech whose sounds are known from the synthesiser."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.sounds import spoken_line

from mien_trainer.alignment.aligner import Aligner
from mien_trainer.alignment.phone_loop import PhoneLoop, parts_of, phonemes_of
from mien_trainer.alignment.voice_activity import is_even, segment
from mien_trainer.alignment.word_loop import Recogniser
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.lips.activity import speech_activity
from mien_trainer.lips.closures import CLOSED, closures, lip_gap, teeth_gap
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import Utterance
from mien_trainer.timings.letters import arpabet_of_letters

TEXT = "Please bring my umbrella before the evening."


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    return spoken_line(TEXT)


@pytest.fixture(scope="module")
def heard(utterance: Utterance) -> tuple[Phoneme, ...]:
    return by_sounds(utterance.audio)


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser()


def by_sounds(audio: F32) -> tuple[Phoneme, ...]:
    """As a recogniser hears where no words fit."""
    loop, spoken = PhoneLoop(), segment(audio)
    marks = [mark for part in parts_of(audio, spoken) for mark in loop.heard(part)]
    return phonemes_of(marks, audio, spoken)


def jaw(phonemes: tuple[Phoneme, ...], frames: int) -> F32:
    table = shipped_table()
    return lip_curves(phonemes, frames, table)[:, table.rig.index["jawOpen"]]


def test_the_lips_follow_those_of_the_true_sounds(
    utterance: Utterance, heard: tuple[Phoneme, ...]
) -> None:
    frames = int(utterance.seconds * 60)
    found, true = jaw(heard, frames), jaw(utterance.phonemes, frames)
    assert np.corrcoef(found, true)[0, 1] > 0.6


def test_they_go_from_end_to_end_without_gaps(
    utterance: Utterance, heard: tuple[Phoneme, ...]
) -> None:
    assert heard[0].start == 0.0
    assert heard[-1].end == pytest.approx(utterance.seconds)
    assert all(a.end == b.start for a, b in pairwise(heard))
    assert by_sounds(utterance.audio) == heard


def test_a_long_pause_is_silent_and_long_sound_is_cut_there(utterance: Utterance) -> None:
    pause = np.zeros(20 * SAMPLE_RATE, dtype=np.float32)
    sound = np.concatenate([utterance.audio, pause, utterance.audio, pause, utterance.audio])
    phonemes = by_sounds(sound)
    speech = speech_activity(phonemes, int(len(sound) / SAMPLE_RATE * 60))
    middle = int((utterance.seconds + 10.0) * 60)
    assert speech[middle - 300 : middle + 300].max() == 0.0
    assert speech.mean() == pytest.approx(
        3 * utterance.seconds / (len(sound) / SAMPLE_RATE), abs=0.05
    )
    assert by_sounds(np.zeros(SAMPLE_RATE, dtype=np.float32)) == (
        Phoneme(symbol=SILENCE, start=0.0, end=1.0),
    )


def test_words_are_heard_and_their_lips_agree_with_those_of_the_text(
    recogniser: Recogniser, utterance: Utterance
) -> None:
    found = recogniser.heard(utterance.audio)
    assert found.by_words == found.spoken > 1.5
    assert found == recogniser.heard(utterance.audio)
    assert all(a.end == b.start for a, b in pairwise(found.phonemes))
    frames = int(utterance.seconds * 60)
    written = Aligner().follow(utterance.audio, TEXT, arpabet_of_letters).phonemes
    kept = 0
    contacts = closures(written, frames)
    gap = lip_gaps(found.phonemes, frames)
    for one in contacts:
        kept += gap[one.contact][max(0, one.first - 2) : one.last + 3].min() <= CLOSED
    assert len(contacts) >= 6
    assert kept >= 0.8 * len(contacts)
    assert np.corrcoef(jaw(found.phonemes, frames), jaw(written, frames))[0, 1] > 0.8


def lip_gaps(phonemes: tuple[Phoneme, ...], frames: int) -> dict[Contact, F32]:
    table = shipped_table()
    weights = lip_curves(phonemes, frames, table)
    return {
        Contact.LIPS: lip_gap(weights, table.rig.names),
        Contact.TEETH: teeth_gap(weights, table.rig.names),
    }


def test_music_is_no_words(recogniser: Recogniser) -> None:
    rng = np.random.default_rng(0)
    seconds = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    chord = sum(np.sin(2.0 * np.pi * tone * seconds) for tone in (262.0, 330.0, 392.0, 523.0))
    music = 0.1 * chord * (1.0 + np.sin(2.0 * np.pi * 3.0 * seconds))
    audio = (music + 0.02 * rng.normal(size=len(seconds))).astype(np.float32)
    found = recogniser.heard(audio)
    assert found.by_words == 0.0
    assert found.phonemes[-1].end == pytest.approx(2.0)


def tone(hertz: float, seconds: int = 2) -> F32:
    moments = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    return (0.2 * np.sin(2.0 * np.pi * hertz * moments)).astype(np.float32)


def beeps() -> F32:
    moments = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    return np.where(moments % 0.5 < 0.2, np.sign(tone(800.0, 3)) * 0.3, 0.0).astype(np.float32)


def noise() -> F32:
    return np.random.default_rng(0).normal(0.0, 0.05, 2 * SAMPLE_RATE).astype(np.float32)


@pytest.mark.parametrize(
    "sound",
    [
        tone(440.0),
        np.sum([tone(50.0 * k) / k for k in range(1, 8)], axis=0, dtype=np.float32),
        noise(),
        beeps(),
    ],
    ids=["tone", "hum", "noise", "beeps"],
)
def test_what_is_no_voice_says_nothing(recogniser: Recogniser, sound: F32) -> None:
    found = recogniser.heard(sound)
    assert (found.spoken, found.by_words) == (0.0, 0.0)
    assert {one.symbol for one in found.phonemes} == {SILENCE}


def test_a_voice_in_noise_is_a_voice(utterance: Utterance) -> None:
    level = float(np.sqrt(np.mean(np.square(utterance.audio))))
    rng = np.random.default_rng(0)
    hiss = rng.normal(0.0, 0.3 * level, len(utterance.audio)).astype(np.float32)
    assert not is_even(utterance.audio + hiss)
    assert not is_even(tone(220.0)[: SAMPLE_RATE // 2])


def test_silence_has_neither_words_nor_sounds(recogniser: Recogniser) -> None:
    found = recogniser.heard(np.zeros(SAMPLE_RATE, dtype=np.float32))
    assert found.spoken == 0.0
    assert found.phonemes == (Phoneme(symbol=SILENCE, start=0.0, end=1.0),)


def test_aligned_words_have_their_times(utterance: Utterance) -> None:
    found = Aligner().follow(utterance.audio, TEXT, arpabet_of_letters)
    phonemes, words = found.phonemes, found.words
    assert found.doubts == ()
    assert [one.text for one in words] == TEXT.lower().rstrip(".").split()
    assert phonemes == Aligner().align_text(utterance.audio, TEXT)
    closed = [one for one in phonemes if one.symbol in ("p", "b", "m")]
    before = next(one for one in words if one.text == "before")
    assert any(before.start <= one.start < before.end for one in closed)
