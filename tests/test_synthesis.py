"""What both synthesisers promise: the same bytes, times that fit the sound, prosody heard."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import ctypes
import multiprocessing
import pickle
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from itertools import pairwise

import numpy as np
import pytest

from mien_trainer.audio import LEVEL, speech_level
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechSource,
    Split,
    Utterance,
)
from mien_trainer.synthesis.espeak import EspeakSource
from mien_trainer.synthesis.espeak_process import LIBRARY
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice

TEXTS = (
    "The boy bought milk, and purple butter for a little church.",
    "Pack my box, and open the upper gate.",
    "We were away a year ago, and nobody knew why.",
)
SENTENCES = tuple(
    Sentence(key=f"s{number:04}", text=text, split=Split.TRAIN) for number, text in enumerate(TEXTS)
)
PLAIN = Prosody()
LIVELY = Prosody(rate=1.2, pitch=1.25, range=1.5)
STOPS = {"espeak": ("p", "t", "k", "tʃ"), "flite": ("p", "k", "tʃ")}
"""Flite also calls the flap of "butter" a t."""

VOWELS = ("ɑː", "æ", "ɔɪ", "iː", "ɔː", "eɪ", "oʊ", "aɪ", "ɛ", "ʌ", "uː")


def has_espeak() -> bool:
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return False
    return True


def make(name: str) -> SpeechSource:
    voices = {"espeak": ("en-us+f3", "en-us+m3", "en-gb-x-rp+m7"), "flite": ("slt", "kal16")}
    chosen = [Voice(name=voice, split=Split.TRAIN) for voice in voices[name]]
    if name == "espeak":
        return EspeakSource(chosen, SENTENCES)
    return FliteSource(chosen, SENTENCES)


@pytest.fixture(
    params=[
        pytest.param(
            "espeak",
            marks=pytest.mark.skipif(not has_espeak(), reason="espeak-ng is not installed"),
        ),
        pytest.param(
            "flite",
            marks=pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed"),
        ),
    ]
)
def source(request: pytest.FixtureRequest) -> Iterator[SpeechSource]:
    made = make(request.param)
    yield made
    made.close()


def digest(utterance: Utterance) -> str:
    return sha256(utterance.audio.tobytes() + repr(utterance.phonemes).encode()).hexdigest()


def digests(name: str, order: list[tuple[int, Prosody]]) -> dict[tuple[int, Prosody], str]:
    """Of items by position, spoken in this order by a source of its own."""
    own = make(name)
    items = own.items()
    try:
        return {(at, how): digest(own.speak(items[at], how)) for at, how in order}
    finally:
        own.close()


def sound(utterance: Utterance, start: float, end: float) -> F32:
    return utterance.audio[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]


def decibels(samples: F32) -> float:
    return float(10 * np.log10(np.square(samples, dtype=np.float64).mean() + 1e-12))


def fundamentals(audio: F32) -> list[float]:
    """The pitch in Hz of each voiced 40 ms, by autocorrelation."""
    size, found = SAMPLE_RATE // 25, list[float]()
    for start in range(0, len(audio) - size, size // 2):
        frame = audio[start : start + size].astype(np.float64)
        frame = frame - frame.mean()
        if decibels(frame.astype(np.float32)) < LEVEL - 10:
            continue
        same = np.correlate(frame, frame, "full")[size - 1 :]
        same = same / (same[0] * (1 - np.arange(size) / size))
        low, high = SAMPLE_RATE // 400, SAMPLE_RATE // 60
        peaks = [
            lag
            for lag in range(low, high)
            if same[lag - 1] < same[lag] >= same[lag + 1] and same[lag] > 0.7
        ]
        if peaks:
            # twice the period fits as well as the period: the first of the good ones is meant
            best = max(same[lag] for lag in peaks)
            found.append(SAMPLE_RATE / next(lag for lag in peaks if same[lag] > 0.9 * best))
    return found


def median_pitch(utterances: list[Utterance]) -> float:
    return float(np.median([hertz for one in utterances for hertz in fundamentals(one.audio)]))


def by_voice(source: SpeechSource, voice: str, prosody: Prosody) -> list[Utterance]:
    return [source.speak(item, prosody) for item in source.items() if item.voice == voice]


def test_the_same_bytes_in_any_process_order_and_company(source: SpeechSource) -> None:
    everything = [(at, how) for at in range(len(source.items())) for how in (PLAIN, LIVELY)]
    orders = [everything, everything[::-1], everything[1::2] + everything[::2] + everything[:3]]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        first, *others = pool.map(digests, [source.name] * 3, orders)
    assert all(other == first for other in others)
    assert len(set(first.values())) == len(everything)
    assert digests(source.name, everything) == first


def test_a_copy_speaks_the_same(source: SpeechSource) -> None:
    item = source.items()[0]
    spoken = digest(source.speak(item, PLAIN))
    copy: SpeechSource = pickle.loads(pickle.dumps(source))  # noqa: S301  our own object
    try:
        assert copy.items() == source.items()
        assert digest(copy.speak(item, PLAIN)) == spoken
    finally:
        copy.close()


def test_it_may_be_closed_twice_and_asked_again(source: SpeechSource) -> None:
    item = source.items()[0]
    before = digest(source.speak(item, PLAIN))
    source.close()
    source.close()
    assert digest(source.speak(item, PLAIN)) == before


def test_phonemes_cover_the_sound_without_gaps(source: SpeechSource) -> None:
    for item in source.items():
        for prosody in (PLAIN, LIVELY, Prosody(rate=0.5, pitch=0.5, range=0.0)):
            spoken = source.speak(item, prosody)
            phonemes = spoken.phonemes
            assert spoken.audio.dtype == np.float32
            assert np.abs(spoken.audio).max() <= 1.0
            assert phonemes[0].start == 0.0
            assert phonemes[-1].end == spoken.seconds
            assert all(one.end > one.start for one in phonemes)
            assert all(one.end == other.start for one, other in pairwise(phonemes))
            assert all(
                (one.symbol, other.symbol) != (SILENCE, SILENCE)
                for one, other in pairwise(phonemes)
            )
            symbols = {one.symbol for one in phonemes}
            assert not any(mark in symbol for symbol in symbols for mark in "ˈˌ()1 ")


def test_words_become_their_sounds(source: SpeechSource) -> None:
    spoken = source.speak(source.items()[0], PLAIN)
    symbols = [phoneme.symbol for phoneme in spoken.phonemes if phoneme.symbol != SILENCE]
    assert symbols[:9] == ["ð", "ə", "b", "ɔɪ", "b", symbols[5], "t", "m", "ɪ"]
    assert symbols.count("tʃ") == 2
    assert spoken.text == TEXTS[0]
    assert spoken.voice in spoken.provenance
    assert spoken.licence


def test_vowels_sound_and_pauses_do_not(source: SpeechSource) -> None:
    for item in source.items():
        spoken = source.speak(item, PLAIN)
        for one in spoken.phonemes:
            middle, quarter = (one.start + one.end) / 2, (one.end - one.start) / 4
            heard = decibels(sound(spoken, middle - quarter, middle + quarter))
            if one.symbol in VOWELS:
                assert heard > LEVEL - 12, (item.key, one)
            if one.symbol == SILENCE:
                assert heard < LEVEL - 20, (item.key, one)


def test_the_quiet_before_a_burst_is_within_its_stop(source: SpeechSource) -> None:
    """Some 10 ms of each voiceless stop are all but silent; vowels on either side sound."""
    for item in source.items():
        spoken = source.speak(item, PLAIN)
        for before, one, after in zip(
            spoken.phonemes, spoken.phonemes[1:], spoken.phonemes[2:], strict=False
        ):
            if one.symbol not in STOPS[source.name]:
                continue
            steps = np.arange(one.start, one.end - 0.01, 0.002)
            levels = [decibels(sound(spoken, start, start + 0.01)) for start in steps]
            closed = int(np.argmin(levels))
            assert levels[closed] < LEVEL - 18, (item.key, one)
            if after.symbol in VOWELS:
                assert max(levels[closed:]) > levels[closed] + 6, (item.key, one)
            if before.symbol in VOWELS:
                tail = sound(spoken, before.end - 0.02, before.end)
                assert decibels(tail) > LEVEL - 22, (item.key, before, one)


def test_all_voices_are_equally_loud(source: SpeechSource) -> None:
    for item in source.items():
        assert speech_level(source.speak(item, PLAIN).audio) == pytest.approx(LEVEL, abs=0.1)


@pytest.mark.parametrize(("rate", "low", "high"), [(0.8, 1.15, 1.35), (1.25, 0.7, 0.88)])
def test_a_rate_makes_speech_longer_or_shorter(
    source: SpeechSource, rate: float, low: float, high: float
) -> None:
    for item in source.items():
        plain = source.speak(item, PLAIN).seconds
        assert low < source.speak(item, Prosody(rate=rate)).seconds / plain < high


@pytest.mark.parametrize("pitch", [0.8, 1.25])
def test_a_pitch_moves_the_voice_by_about_its_factor(source: SpeechSource, pitch: float) -> None:
    for voice in sorted({item.voice for item in source.items()}):
        plain = median_pitch(by_voice(source, voice, PLAIN))
        moved = median_pitch(by_voice(source, voice, Prosody(pitch=pitch)))
        assert moved / plain == pytest.approx(pitch, rel=0.06)


def test_a_range_widens_the_melody(source: SpeechSource) -> None:
    for voice in sorted({item.voice for item in source.items()}):
        spread = [
            float(np.subtract(*np.percentile(np.log(pitches), [85, 15])))
            for factor in (0.5, 1.0, 1.8)
            for pitches in [
                [
                    hertz
                    for one in by_voice(source, voice, Prosody(range=factor))
                    for hertz in fundamentals(one.audio)
                ]
            ]
        ]
        assert spread[0] < spread[1] < spread[2]


def test_prosody_beyond_what_a_person_can_is_held_back(source: SpeechSource) -> None:
    item = source.items()[0]
    most, more = Prosody(rate=2.0, pitch=2.0, range=2.0), Prosody(rate=50.0, pitch=9.0, range=1e9)
    assert digest(source.speak(item, more)) == digest(source.speak(item, most))


def asked(source: SpeechSource, text: str) -> SpeechItem:
    voice = source.items()[0].voice
    return SpeechItem(key="odd/1", voice=voice, text=text, split=Split.TRAIN)


@pytest.mark.parametrize(
    "text",
    [
        "-t out -o elsewhere.wav",
        "--help",
        "naïve café, über",
        "He said: 42.5% of $3 billion?!",
        "<speak><break time='9s'/>tags</speak> [[h@l]]",
        "$(touch made) `touch made` ; touch made",
        "a\tb\nc",
        "/etc/hostname",
        "x" * 100,
    ],
)
def test_odd_texts_are_spoken_as_they_are(source: SpeechSource, text: str) -> None:
    spoken = source.speak(asked(source, text), PLAIN)
    assert 0.1 < spoken.seconds < 60
    assert any(phoneme.symbol != SILENCE for phoneme in spoken.phonemes)
    assert spoken.phonemes[-1].end == spoken.seconds


def test_a_page_of_text_is_spoken(source: SpeechSource) -> None:
    text = ("The boy bought milk. " * 250)[:5_000]
    spoken = source.speak(asked(source, text), PLAIN)
    assert spoken.seconds > 200
    assert spoken.phonemes[-1].end == spoken.seconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing to say in ''"),
        ("  \n", "nothing to say"),
        ("?!... --", "nothing to say"),
        ("a\0b", r"holds the character '\\x00'"),
        ("\ud800 lone", r"holds the character '\\ud800'"),
        ("word " * 1_001, "5004 characters, expected at most 5000"),
    ],
)
def test_what_cannot_be_spoken_is_refused_by_name(
    source: SpeechSource, text: str, message: str
) -> None:
    with pytest.raises(SpeechRefusedError, match=f"odd/1: .*{message}"):
        source.speak(asked(source, text), PLAIN)
