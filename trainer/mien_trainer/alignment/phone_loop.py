"""The sounds of speech without its words: pocketsphinx's phone loop with its phone bigrams.

The model is of English; what it hears of another language is the nearest English sound, which the
lips seldom mind. Long recordings are cut where nobody speaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol, cast

import numpy as np
from attrs import frozen

from mien_trainer.alignment.sphinx import (
    FRAMES,
    NOISE,
    SHIFT,
    Listener,
    decode,
    model_folder,
    sphinx_module,
)
from mien_trainer.alignment.tones import Tones, tones_of
from mien_trainer.alignment.voice_activity import is_even
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme, intervals, to_ipa, without_empty

LONGEST_PART = 30.0
"""Seconds that are recognised at a time, if a pause allows."""

_SETTINGS: dict[str, object] = {
    "lm": None,
    "lw": 2.0,
    "beam": 1e-20,
    "pbeam": 1e-20,
    "loglevel": "FATAL",
    "dither": False,
}
"""pocketsphinx's own for phone recognition."""

_NOISES = ("SIL", "+")


class _Segment(Protocol):
    word: str
    start_frame: int
    end_frame: int


class _Decoder(Listener, Protocol):
    def seg(self) -> Iterator[_Segment] | None: ...


@frozen(kw_only=True, eq=False)
class Part:
    """A stretch of sound that is heard at a time.

    ``start`` in seconds, ``pcm`` 16 kHz 16-bit samples with faint noise, ``spoken`` for how many of
    its seconds somebody speaks; ``steady`` where its tones stand as those of instruments do.
    """

    start: float
    pcm: bytes
    spoken: float
    steady: bool


Mark = tuple[float, str]
"""When a sound begins in seconds, and which it is."""


class PhoneLoop:
    """Hears sounds one by one.

    Raises:
        SpeechUnavailableError: pocketsphinx is not installed.
    """

    def __init__(self) -> None:
        grammar = str(model_folder().parent / "en-us" / "en-us-phone.lm.bin")
        made = sphinx_module().Decoder(allphone=grammar, **_SETTINGS)
        self._decoder = cast("_Decoder", made)

    def heard(self, part: Part) -> Iterator[Mark]:
        """The sounds of a part."""
        decode(self._decoder, part.pcm)
        for one in list(self._decoder.seg() or ()):
            symbol = SILENCE if one.word.startswith(_NOISES) else to_ipa(one.word)
            yield part.start + one.start_frame / FRAMES + SHIFT, symbol


def parts_of(audio: F32, spoken: Sequence[Phoneme]) -> Iterator[Part]:
    """Sound cut where nobody speaks; ``spoken`` is as `segment` has it, whoever's voice it is."""
    for begin, end in pairwise(_cuts(spoken, len(audio))):
        noise = np.random.default_rng(0).normal(0.0, NOISE, end - begin)
        samples = np.clip(audio[begin:end] + noise, -1.0, 1.0)
        first, last = begin / SAMPLE_RATE, end / SAMPLE_RATE
        shares = [
            max(0.0, min(one.end, last) - max(one.start, first))
            for one in spoken
            if one.symbol != SILENCE
        ]
        sound = audio[begin:end]
        tones = tones_of(sound)
        yield Part(
            start=first,
            pcm=np.rint(samples * 32767.0).astype("<i2").tobytes(),
            spoken=0.0 if tones is Tones.PURE or is_even(sound) else sum(shares),
            steady=tones is Tones.STEADY,
        )


def phonemes_of(
    marks: Sequence[Mark], audio: F32, spoken: Sequence[Phoneme]
) -> tuple[Phoneme, ...]:
    """The phonemes of sounds by their beginnings; what is heard where nobody speaks is a pause."""
    return without_empty(_silenced(intervals(marks, len(audio) / SAMPLE_RATE), spoken))


def _cuts(spoken: Sequence[Phoneme], samples: int) -> list[int]:
    """Where the parts begin and end, in samples: in pauses, as far apart as is allowed."""
    cuts = [0]
    pauses = [(one.start + one.end) / 2 for one in spoken if one.symbol == SILENCE]
    while samples - cuts[-1] > LONGEST_PART * SAMPLE_RATE:
        limit = cuts[-1] / SAMPLE_RATE + LONGEST_PART
        near = [at for at in pauses if cuts[-1] / SAMPLE_RATE < at <= limit]
        cuts.append(int((near[-1] if near else limit) * SAMPLE_RATE))
    return [*cuts, samples]


def _silenced(phonemes: Sequence[Phoneme], spoken: Sequence[Phoneme]) -> Iterator[Phoneme]:
    pauses = [(one.start, one.end) for one in spoken if one.symbol == SILENCE]
    for one in phonemes:
        middle = (one.start + one.end) / 2
        quiet = any(start <= middle < end for start, end in pauses)
        symbol = SILENCE if quiet else one.symbol
        yield Phoneme(symbol=symbol, start=one.start, end=one.end)
