"""The sounds of speech whose words nobody has written down: words are recognised, then aligned.

A recogniser that knows English words hears their sounds better than one that knows sounds alone
(`mien_trainer.alignment.phone_loop`): what it takes for another word mostly sounds alike. Where no
words fit, the sounds that are heard without them stay: other languages, singing, noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, cast

from attrs import frozen

from mien_trainer.alignment.listened import Listened
from mien_trainer.alignment.phone_loop import Mark, Part, PhoneLoop, parts_of, phonemes_of
from mien_trainer.alignment.plausibility import drawn_out, fit_of, is_spoken, spelled
from mien_trainer.alignment.sphinx import (
    FRAMES,
    SHIFT,
    Aligned,
    AlignedWord,
    aligned_words,
    decode,
    model_folder,
    sphinx_module,
)
from mien_trainer.alignment.voice_activity import segment
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme, SpokenWord, to_ipa

_FIT = -48.0
"""The fit from which on words are taken: worse ones sound less alike than single sounds do."""

_ENGLISH = -45.0
"""The fit from which on it is English: between those of English and of other languages."""

NO_FIT = -60.0
"""The fit of single sounds beside that of words."""

_DRAWN_OUT = 0.2
"""The share of a part that may be in phonemes of over 0.6 s: tones are taken for vowels."""

_COVERED = 0.5
"""The share of what is loud that has to be in words: of speech 0.87 is, of beeps a tenth."""

_RECOGNISED = 0.7
"""The share of the time of a part after which its words are known, and not yet their sounds."""

_SETTINGS: dict[str, object] = {
    "loglevel": "FATAL",
    "dither": False,
    "compallsen": True,  # scores are then relative to the best of all sounds
    # A search that is narrower than usual and goes once: on 20 readers it hears as well.
    "maxhmmpf": 3000,
    "maxwpf": 20,
    "fwdflat": False,
}


@frozen(kw_only=True)
class Recognised:
    """Phonemes from end to end, the seconds that are spoken, and in how many words were found.

    ``words`` are those that gave their sounds; what they are, is heard less well than how they
    sound. ``fits`` says from which second on what was heard fits how well (`plausibility.fit_of`).
    """

    phonemes: tuple[Phoneme, ...]
    words: tuple[SpokenWord, ...]
    spoken: float
    by_words: float
    fits: tuple[tuple[float, float], ...]


class _Decoder(Aligned, Protocol):
    def hyp(self) -> object | None: ...

    def set_alignment(self) -> None: ...

    def activate_search(self) -> None: ...


class Recogniser:
    """Hears what English is spoken. The same sound gives the same, in any order.

    Raises:
        SpeechUnavailableError: pocketsphinx is not installed.
    """

    def __init__(self) -> None:
        self._words, self._sounds = _WordLoop(), PhoneLoop()

    def heard(self, audio: F32, listened: Listened | None = None) -> Recognised:
        """The phonemes of mono audio at 16 kHz by the English words that are heard in it.

        ``listened`` is told, a few times in each part, which share of the sound has been heard.
        """
        if listened is not None:
            listened(0.0)
        spoken = segment(audio)
        marks: list[Mark] = []
        words: list[SpokenWord] = []
        fits: list[tuple[float, float]] = []
        seconds = by_words = 0.0
        for part in parts_of(audio, spoken):
            told = _part_of(listened, part, len(audio))
            found = self._words.heard(part, told) if part.spoken else ()
            fit = NO_FIT if found is None else fit_of(found)
            fits.append((part.start, fit))
            if found is None:
                marks += self._sounds.heard(part)
            else:
                marks += _marks(part, found)
                words += _words(part, found)
                by_words += part.spoken if fit >= _ENGLISH and found else 0.0
            seconds += part.spoken if found != () else 0.0
            told(1.0)
        return Recognised(
            phonemes=phonemes_of(marks or [(0.0, SILENCE)], audio, spoken),
            words=tuple(words),
            spoken=seconds,
            by_words=by_words,
            fits=tuple(fits),
        )


class _WordLoop:
    def __init__(self) -> None:
        model = str(model_folder().parent / "en-us" / "en-us.lm.bin")
        self._decoder = cast("_Decoder", sphinx_module().Decoder(lm=model, **_SETTINGS))

    def heard(self, part: Part, told: Listened) -> tuple[AlignedWord, ...] | None:
        """The words of a part with their sounds, none of noises; None where no words fit it."""
        if part.steady:
            return None
        decoder = self._decoder
        decode(decoder, part.pcm)
        told(_RECOGNISED)
        if decoder.hyp() is None:
            return None
        decoder.set_alignment()
        try:
            decode(decoder, part.pcm)
            found = aligned_words(decoder)
        except RuntimeError:  # the second, finer pass found no way through
            return None
        finally:
            decoder.activate_search()
        words = [word for word in found if is_spoken(word)]
        frames = sum(one.frames for word in words for one in word.segments)
        if frames < _COVERED * part.spoken * FRAMES:
            return ()
        fits = fit_of(found) >= _FIT and drawn_out(found) <= _DRAWN_OUT
        return found if fits else None


def _part_of(listened: Listened | None, part: Part, samples: int) -> Listened:
    """Who is told the share of a part that has been heard, and tells that of the whole sound."""

    def told(share: float) -> None:
        if listened is not None:
            heard = part.start * SAMPLE_RATE + share * len(part.pcm) / 2
            listened(min(1.0, heard / samples))

    return told


def _words(part: Part, words: Sequence[AlignedWord]) -> Iterator[SpokenWord]:
    for word in words:
        if is_spoken(word):
            first, last = word.segments[0], word.segments[-1]
            yield SpokenWord(
                text=spelled(word),
                start=part.start + max(first.start / FRAMES + SHIFT, 0.0),
                end=part.start + (last.start + last.frames) / FRAMES + SHIFT,
            )


def _marks(part: Part, words: Sequence[AlignedWord]) -> Iterator[Mark]:
    if not words:
        yield part.start, SILENCE
    for word in words:
        for one in word.segments:
            symbol = to_ipa(one.symbol) if is_spoken(word) else SILENCE
            yield part.start + one.start / FRAMES + SHIFT, symbol
