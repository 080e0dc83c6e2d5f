"""The times of the phonemes in recorded speech whose words are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve, frozen

from mien_trainer.alignment.aloud import words_aloud
from mien_trainer.alignment.listened import Listened
from mien_trainer.alignment.plausibility import (
    CLIP_FIT,
    doubts,
    implausibility,
    is_spoken,
    misfit,
    spelled,
)
from mien_trainer.alignment.pronunciation import (
    Dictionary,
    Guess,
    UnspeakableTextError,
    english_dictionary,
    spoken_words,
    with_guesses,
)
from mien_trainer.alignment.sphinx import FRAMES, NOISE, SHIFT, AlignedWord, Sphinx
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme, SpokenWord, intervals, to_ipa, without_empty
from mien_trainer.speech import LongSoundError, SpeechRefusedError, UnusableSoundError

LONGEST = 120.0
"""Seconds; the aligner counts states in 16 bits, and a longer text has more."""

BEAMS = (1e-80, 1e-200)
"""Each is tried where the one before finds no way through."""

_PAD = 0.3
"""Seconds of faint noise at both ends: the model wants to begin and end with a pause."""

_SILENT = 10.0 ** (-60.0 / 20.0)
"""Sound that never reaches this holds no speech."""

_LEAST = 3
"""Frames that a phoneme takes at least."""


@frozen(kw_only=True)
class Followed:
    """Phonemes from end to end, the words with their times, and what is odd, for people."""

    phonemes: tuple[Phoneme, ...]
    words: tuple[SpokenWord, ...]
    doubts: tuple[str, ...]


class Aligner:
    """Aligns speech with its words by the recogniser's English model.

    The same sound and words give the same times, in any order and process. Not for several threads.
    """

    def __init__(self) -> None:
        self._dictionary = english_dictionary()
        self._sphinxes: list[Sphinx] = []

    def align_text(self, audio: F32, text: str, guess: Guess | None = None) -> tuple[Phoneme, ...]:
        """The phonemes, from end to end, of mono audio at 16 kHz that says ``text``.

        Words that no dictionary has are said as ``guess`` has them. Text all in capitals is read as
        words, not as letters.

        Raises:
            UnspeakableTextError: the text holds no words, or one whose pronunciation is not known.
            SpeechRefusedError: as `align`.
        """
        text = _as_words(text)
        if guess is not None:
            self._learn(with_guesses(text, self._dictionary, guess))
        return self.align(audio, spoken_words(text, self._dictionary))

    def follow(
        self,
        audio: F32,
        text: str,
        guess: Guess,
        least: float = CLIP_FIT,
        listened: Listened | None = None,
    ) -> Followed:
        """As `align_text`, for lips: what is odd about single words is said, and refuses nothing.

        Words that fit worse than ``least`` (`plausibility.fit_of`) say something else. ``listened``
        is told which share of what there is to do is done, in a few steps.

        Words that no dictionary has are said as ``guess`` has them; figures and signs as the sound
        has them, of the ways there are (`words_aloud`). Text all in capitals is read as words, not
        as letters.

        Raises:
            UnspeakableTextError: the text holds no words.
            SpeechRefusedError: the sound is silent, too short or too long, or as a whole says
                something else.
        """
        aloud = words_aloud(_as_words(text), self._dictionary, guess)
        self._learn(aloud.dictionary)
        guessed = [
            f"no pronunciation is known for {word!r}: guessed from its letters, as "
            + " ".join(aloud.dictionary.phonemes(word))
            for word in aloud.guessed
        ]
        seconds = len(audio) / SAMPLE_RATE
        try:
            found = self._found(audio, aloud.words, listened)
            reason = misfit(found, least)
        except (UnspeakableTextError, UnusableSoundError, LongSoundError):
            raise
        except SpeechRefusedError as error:
            reason, found = str(error), []
        if reason is not None:
            raise SpeechRefusedError("; ".join([reason, *guessed]))
        return Followed(
            phonemes=_phonemes(found, seconds),
            words=tuple(
                SpokenWord(
                    text=spelled(word),
                    start=_boundary(word.segments[0].start, seconds),
                    end=_boundary(word.segments[-1].start + word.segments[-1].frames, seconds),
                )
                for word in found
                if is_spoken(word)
            ),
            doubts=(*guessed, *doubts(found, audio)),
        )

    def align(self, audio: F32, words: Sequence[str]) -> tuple[Phoneme, ...]:
        """The phonemes, from end to end, of mono audio at 16 kHz that says these words.

        The words are ones of the dictionary.

        Raises:
            SpeechRefusedError: the sound is silent, too short, too long, or says something else.
        """
        return _phonemes(self._aligned(audio, words), len(audio) / SAMPLE_RATE)

    def _aligned(self, audio: F32, words: Sequence[str]) -> list[AlignedWord]:
        aligned = self._found(audio, words)
        reason = implausibility(aligned, audio)
        if reason is not None:
            raise SpeechRefusedError(reason)
        return aligned

    def _learn(self, dictionary: Dictionary) -> None:
        """Take a dictionary that has more words."""
        more = [word for word in dictionary.own if word not in self._dictionary]
        for sphinx in self._sphinxes:
            sphinx.add({word: dictionary.words[word] for word in more})
        self._dictionary = dictionary

    def _found(
        self, audio: F32, words: Sequence[str], listened: Listened | None = None
    ) -> list[AlignedWord]:
        self._check(audio, words)
        pcm, left = _padded(audio), 1.0

        def heard() -> None:
            """Half of what is left is done: how often the sound is gone through shows then."""
            nonlocal left
            left /= 2.0
            if listened is not None:
                listened(1.0 - left)

        if listened is not None:
            listened(0.0)
        for step in range(len(BEAMS)):
            found = self._sphinx(step).align(pcm, words, heard)
            if found is not None:
                break
        else:
            raise SpeechRefusedError("its words cannot be fitted to its sound at all")
        if listened is not None:
            listened(1.0)
        return _without_padding(found)

    def _check(self, audio: F32, words: Sequence[str]) -> None:
        seconds = len(audio) / SAMPLE_RATE
        least = _LEAST / FRAMES * sum(len(self._dictionary.phonemes(word)) for word in words)
        if not np.isfinite(audio).all():
            raise UnusableSoundError("its sound holds values that are no numbers")
        if np.abs(audio).max(initial=0.0) < _SILENT:
            raise UnusableSoundError("it is silent")
        if seconds > LONGEST:
            raise LongSoundError(
                f"it lasts {seconds:.0f} s, expected at most {LONGEST:.0f}: cut it"
            )
        if seconds < least:
            raise SpeechRefusedError(
                f"it lasts {seconds:.1f} s, its {len(words)} words at least {least:.1f}"
            )

    def _sphinx(self, step: int) -> Sphinx:
        while len(self._sphinxes) <= step:
            sphinx = Sphinx(BEAMS[len(self._sphinxes)])
            sphinx.add({word: self._dictionary.words[word] for word in self._dictionary.own})
            self._sphinxes.append(sphinx)
        return self._sphinxes[step]


def _as_words(text: str) -> str:
    """``text`` in lower case where it is all capitals: there they mark no letters that are spelled.

    A single word of capitals stays: it is as likely an abbreviation.
    """
    return text.lower() if text.isupper() and len(text.split()) > 1 else text


def _padded(audio: F32) -> bytes:
    """16-bit samples between two stretches of noise, always the same noise."""
    noise = np.random.default_rng(0).normal(0.0, NOISE, (2, round(_PAD * SAMPLE_RATE)))
    samples = np.concatenate([noise[0], np.clip(audio, -1.0, 1.0), noise[1]])
    return np.rint(samples * 32767.0).astype("<i2").tobytes()


def _without_padding(words: Sequence[AlignedWord]) -> list[AlignedWord]:
    """The words in frames of the audio alone."""
    pad = round(_PAD * FRAMES)
    return [
        evolve(
            word,
            segments=tuple(evolve(segment, start=segment.start - pad) for segment in word.segments),
        )
        for word in words
    ]


def _boundary(frame: int, seconds: float) -> float:
    return min(max(frame / FRAMES + SHIFT, 0.0), seconds)


def _phonemes(words: Sequence[AlignedWord], seconds: float) -> tuple[Phoneme, ...]:
    marks = [
        (
            max(segment.start / FRAMES + SHIFT, 0.0),
            to_ipa(segment.symbol) if is_spoken(word) else SILENCE,
        )
        for word in words
        for segment in word.segments
    ]
    return without_empty(intervals(marks, seconds))
