"""Sounds recognised without words, on speech whose sounds are known from the synthesiser."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mien_trainer.alignment.aligner import Aligner
from mien_trainer.alignment.phone_loop import recognised_phonemes
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.lips.activity import speech_activity
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import Prosody, Split, Utterance
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice
from mien_trainer.timings.letters import arpabet_of_letters

TEXT = "Please bring my umbrella before the evening."


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    voice = Voice(name="slt", split=Split.TRAIN)
    source = FliteSource([voice], [Sentence(key="s1", text=TEXT, split=Split.TRAIN)])
    return source.speak(source.items()[0], Prosody())


@pytest.fixture(scope="module")
def heard(utterance: Utterance) -> tuple[Phoneme, ...]:
    return recognised_phonemes(utterance.audio)


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
    assert recognised_phonemes(utterance.audio) == heard


def test_a_long_pause_is_silent_and_long_sound_is_cut_there(utterance: Utterance) -> None:
    pause = np.zeros(20 * SAMPLE_RATE, dtype=np.float32)
    sound = np.concatenate([utterance.audio, pause, utterance.audio, pause, utterance.audio])
    phonemes = recognised_phonemes(sound)
    speech = speech_activity(phonemes, int(len(sound) / SAMPLE_RATE * 60))
    middle = int((utterance.seconds + 10.0) * 60)
    assert speech[middle - 300 : middle + 300].max() == 0.0
    assert speech.mean() == pytest.approx(
        3 * utterance.seconds / (len(sound) / SAMPLE_RATE), abs=0.05
    )
    assert recognised_phonemes(np.zeros(SAMPLE_RATE, dtype=np.float32)) == (
        Phoneme(symbol=SILENCE, start=0.0, end=1.0),
    )


def test_aligned_words_have_their_times(utterance: Utterance) -> None:
    found = Aligner().follow(utterance.audio, TEXT, arpabet_of_letters)
    phonemes, words = found.phonemes, found.words
    assert found.doubts == ()
    assert [one.text for one in words] == TEXT.lower().rstrip(".").split()
    assert phonemes == Aligner().align_text(utterance.audio, TEXT)
    closed = [one for one in phonemes if one.symbol in ("p", "b", "m")]
    before = next(one for one in words if one.text == "before")
    assert any(before.start <= one.start < before.end for one in closed)
