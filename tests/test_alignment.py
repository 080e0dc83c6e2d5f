"""Alignment of speech with its words: how exact it is, what it refuses, and that it repeats."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.alignment.check import StartErrors, measure, start_errors

from mien_trainer.alignment.aligner import Aligner
from mien_trainer.alignment.plausibility import implausibility
from mien_trainer.alignment.pronunciation import OWN, UnspeakableTextError, english_dictionary
from mien_trainer.alignment.sphinx import AlignedWord, Segment, Sphinx, model_folder
from mien_trainer.audio import read_audio
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme, to_ipa
from mien_trainer.speech import SpeechRefusedError, SpeechSource, SpeechUnavailableError, Split
from mien_trainer.synthesis.sentences import Sentence, read_sentences
from mien_trainer.synthesis.voices import Voice
from mien_trainer.timings.letters import arpabet_of_letters

pytest.importorskip("pocketsphinx", reason="alignment needs the extra mien[targets]")

RECORDED = {
    "soup": "The soup needs pepper, garlic, and a pinch of salt.",
    "purple": "Would you pass me the purple vase?",
}
FOLDER = Path(__file__).parent / "alignment"
FEW = [one for one in read_sentences() if one.split is Split.TEST][:6]


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return Aligner()


def sound(name: str) -> F32:
    return read_audio(FOLDER / f"{name}.flac").samples


def truth(name: str) -> tuple[Phoneme, ...]:
    """What flite said, and when."""
    start, phonemes = 0.0, list[Phoneme]()
    for pair in (FOLDER / f"{name}.psdur").read_text().split():
        phone, _, end = pair.partition(":")
        phonemes.append(Phoneme(symbol=to_ipa(phone), start=start, end=float(end)))
        start = float(end)
    return tuple(phonemes)


def tone(seconds: float, level: float) -> F32:
    wave: F32 = np.sin(np.arange(round(seconds * SAMPLE_RATE)) * 0.2).astype(np.float32)
    return wave * np.float32(level)


def whole(phonemes: tuple[Phoneme, ...], audio: F32) -> bool:
    """Whether they lie one behind the other from the first sample to the last."""
    ends = [phoneme.end for phoneme in phonemes]
    return (
        phonemes[0].start == 0.0
        and ends[-1] == len(audio) / SAMPLE_RATE
        and all(one.end == other.start for one, other in pairwise(phonemes))
        and all(phoneme.end > phoneme.start for phoneme in phonemes)
    )


# how exact it is


def test_phonemes_begin_where_the_synthesiser_began_them(aligner: Aligner) -> None:
    errors: list[float] = []
    for name, text in RECORDED.items():
        found = aligner.align_text(sound(name), text)
        errors += start_errors(truth(name), found)
        assert whole(found, sound(name))
    said = sum(p.symbol != SILENCE for name in RECORDED for p in truth(name))
    assert len(errors) >= 0.9 * said
    assert np.median(np.abs(errors)) <= 0.01
    assert np.percentile(np.abs(errors), 90) <= 0.04


def measured(source: SpeechSource, aligner: Aligner) -> StartErrors:
    try:
        return measure(source, source.items(), aligner)
    except SpeechUnavailableError as missing:
        pytest.skip(str(missing))
    finally:
        source.close()


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_it_agrees_with_flite(aligner: Aligner, voice: str) -> None:
    from mien_trainer.synthesis.flite import FliteSource

    found = measured(FliteSource([Voice(name=voice, split=Split.TRAIN)], FEW), aligner)
    assert found.refused == 0
    assert len(found.errors) >= 0.95 * found.phonemes
    assert found.median <= 0.01
    assert found.high <= 0.03
    assert abs(found.bias) <= 0.004


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
def test_it_agrees_with_espeak(aligner: Aligner) -> None:
    from mien_trainer.synthesis.espeak import EspeakSource

    found = measured(EspeakSource([Voice(name="en-us", split=Split.TRAIN)], FEW), aligner)
    assert found.refused <= 2
    assert found.median <= 0.012
    assert found.high <= 0.04


def test_pauses_are_found_where_they_are(aligner: Aligner) -> None:
    pause = np.zeros(SAMPLE_RATE, dtype=np.float32)
    one, other = sound("purple"), sound("soup")
    audio = np.concatenate([one, pause, other])
    found = aligner.align_text(audio, f"{RECORDED['purple']} {RECORDED['soup']}")
    begin, end = len(one) / SAMPLE_RATE, len(one) / SAMPLE_RATE + 1.0
    within = [p for p in found if p.start < end and p.end > begin]
    assert any(p.symbol == SILENCE and p.start <= begin and p.end >= end for p in within)
    assert whole(found, audio)


def test_speech_may_begin_and_end_with_the_sound(aligner: Aligner) -> None:
    own = [p for p in truth("purple") if p.symbol != SILENCE]
    audio = sound("purple")[round(own[0].start * SAMPLE_RATE) : round(own[-1].end * SAMPLE_RATE)]
    found = aligner.align_text(audio, RECORDED["purple"])
    moved = [evolve(p, start=p.start - own[0].start, end=p.end - own[0].start) for p in own]
    assert np.median(np.abs(start_errors(moved, found))) <= 0.015
    assert whole(found, audio)


# that it repeats


def test_the_same_sound_gives_the_same_times_whatever_came_before(aligner: Aligner) -> None:
    first = aligner.align_text(sound("soup"), RECORDED["soup"])
    aligner.align_text(sound("purple"), RECORDED["purple"])
    with pytest.raises(SpeechRefusedError):
        aligner.align_text(sound("purple"), RECORDED["soup"])
    assert aligner.align_text(sound("soup"), RECORDED["soup"]) == first
    assert Aligner().align_text(sound("soup"), RECORDED["soup"]) == first


@settings(max_examples=10, deadline=None)
@given(gain=st.floats(0.1, 1.0))
def test_loudness_moves_little(aligner: Aligner, gain: float) -> None:
    loud = aligner.align_text(sound("purple"), RECORDED["purple"])
    soft = aligner.align_text(sound("purple") * np.float32(gain), RECORDED["purple"])
    apart = np.abs(start_errors(loud, soft))
    assert np.median(apart) <= 0.01
    assert np.percentile(apart, 90) <= 0.03


# what it refuses


@pytest.mark.parametrize(
    ("audio", "reason"),
    [
        (np.zeros(0, dtype=np.float32), "it is silent"),
        (np.zeros(3 * SAMPLE_RATE, dtype=np.float32), "it is silent"),
        (tone(3.0, 0.0005), "it is silent"),
        (np.full(3 * SAMPLE_RATE, np.nan, dtype=np.float32), "no numbers"),
        (tone(0.4, 0.5), "it lasts 0.4 s, its 10 words at least"),
        (tone(130.0, 0.5), "it lasts 130 s, expected at most 120: cut it"),
        (tone(3.0, 0.5), "does not fit|at all|no words|in silence|squeezed|would last"),
    ],
)
def test_sound_that_says_nothing(aligner: Aligner, audio: F32, reason: str) -> None:
    with pytest.raises(SpeechRefusedError, match=reason):
        aligner.align_text(audio, RECORDED["soup"])


@pytest.mark.parametrize("level", [0.01, 0.3])
def test_noise_says_nothing(aligner: Aligner, level: float) -> None:
    noise = np.random.default_rng(5).normal(0.0, level, 3 * SAMPLE_RATE).astype(np.float32)
    with pytest.raises(SpeechRefusedError):
        aligner.align_text(noise, RECORDED["soup"])


@pytest.mark.parametrize("sentence", FEW, ids=lambda one: one.key)
def test_words_of_others_are_not_heard(aligner: Aligner, sentence: Sentence) -> None:
    with pytest.raises(SpeechRefusedError):
        aligner.align_text(sound("soup"), sentence.text)


@pytest.mark.parametrize(
    "text",
    [
        "The soup needs pepper, chocolate, and a pinch of salt.",
        "The soup needs pepper.",
        "The soup needs pepper, garlic, and a pinch of salt. Thank you for your patience.",
        "Pinch of salt, garlic, and pepper the soup needs.",
    ],
)
def test_a_text_that_is_wrong_in_part_is_refused(aligner: Aligner, text: str) -> None:
    with pytest.raises(SpeechRefusedError):
        aligner.align_text(sound("soup"), text)


def test_a_word_that_nobody_can_say_is_named(aligner: Aligner) -> None:
    with pytest.raises(UnspeakableTextError, match="'xylwqo'"):
        aligner.align_text(sound("soup"), "The xylwqo needs salt.")


def test_a_text_all_in_capitals_is_words_and_not_letters(aligner: Aligner) -> None:
    text = "WOULD YOU PASS ME THE PURPEL VASE?"  # one of them is in no dictionary
    with pytest.raises(UnspeakableTextError, match="'purpel'"):
        aligner.align_text(sound("purple"), text)
    found = aligner.align_text(sound("purple"), text, arpabet_of_letters)
    plain = aligner.align_text(sound("purple"), RECORDED["purple"])
    closed = [[(one.start, one.end) for one in way if one.symbol == "p"] for way in (found, plain)]
    assert len(closed[0]) == 3
    np.testing.assert_allclose(closed[0], closed[1], atol=0.03)


def word(text: str, *segments: tuple[str, int, int, int]) -> AlignedWord:
    return AlignedWord(
        text=text,
        segments=tuple(
            Segment(symbol=symbol, start=start, frames=frames, score=score * frames)
            for symbol, start, frames, score in segments
        ),
    )


LOUD = tone(2.0, 0.5)
FITTING = (
    word("see", ("S", 0, 50, -30), ("IY", 50, 50, -30)),
    word("me(2)", ("M", 100, 50, -30), ("IY", 150, 50, -30)),
)


def test_what_fits_has_no_fault() -> None:
    assert implausibility(FITTING, LOUD) is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([word("a", ("AH", 0, 50, -90))], "its sound does not fit its words"),
        (
            [*FITTING[:1], word("me(2)", ("M", 100, 50, -30), ("IY", 150, 20, -350))],
            "its sound does not fit the word 'me' at 1.0 s",
        ),
        ([word("a", ("AH", 0, 90, -30))], "a AH would last 0.9 s at 0.0 s"),
        (
            [word("a", *(("AH", 100 + 3 * i, 3, -30) for i in range(6)))],
            "6 phonemes would be squeezed together at 1.0 s",
        ),
        ([*FITTING[:1]], "1.0 s of sound after 1.0 s have no words"),
    ],
)
def test_what_cannot_be_is_told(words: Iterable[AlignedWord], reason: str) -> None:
    assert implausibility(list(words), LOUD) == reason


def test_a_pause_that_sounds_like_speech_is_told() -> None:
    pause = word("<sil>", ("SIL", 150, 50, -90))
    words = [FITTING[0], word("me(2)", ("M", 100, 25, -30), ("IY", 125, 25, -30)), pause]
    assert implausibility(words, LOUD) == "a pause would not be silent at 1.5 s"


def test_words_in_silence_are_told() -> None:
    audio = np.concatenate([LOUD[: len(LOUD) // 2], LOUD[len(LOUD) // 2 :] * np.float32(0.01)])
    assert implausibility(FITTING, audio) == "'me' would lie in silence at 1.0 s"


# what it knows


def test_our_own_words_are_english_and_needed() -> None:
    lines = [line for line in OWN.read_text().splitlines() if line and not line.startswith("#")]
    own = english_dictionary().own
    assert len(own) == len(lines)
    assert all(to_ipa(phone) != SILENCE for phones in own.values() for phone in phones)
    assert "CC0" in OWN.read_text()


def test_without_the_recogniser_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    for look in (model_folder, english_dictionary):
        look.cache_clear()
    try:
        with pytest.raises(SpeechUnavailableError, match=r'pip install "mien\[targets\]"'):
            Aligner()
        with pytest.raises(SpeechUnavailableError, match="pocketsphinx"):
            Sphinx(1e-80)
    finally:
        for look in (model_folder, english_dictionary):
            look.cache_clear()


@given(st.floats(-0.05, 0.05), st.integers(0, 30))
def test_start_errors_are_what_was_moved(moved: float, without: int) -> None:
    said = truth("soup")
    found = [evolve(p, start=p.start + moved) for i, p in enumerate(said) if i != without]
    errors = start_errors(said, found)
    missing = 1 if without < len(said) and said[without].symbol != SILENCE else 0
    assert len(errors) == sum(p.symbol != SILENCE for p in said) - missing
    np.testing.assert_allclose(errors, moved, atol=1e-12)
