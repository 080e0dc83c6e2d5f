"""The sounds of speech without its words: pocketsphinx's phone loop with its phone bigrams.

The model is of English; what it hears of another language is the nearest English sound, which the
lips seldom mind. Long recordings are cut where nobody speaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Protocol, cast

import numpy as np

from mien_trainer.alignment.sphinx import (
    FRAMES,
    NOISE,
    SHIFT,
    Listener,
    decode,
    model_folder,
    sphinx_module,
)
from mien_trainer.alignment.voice_activity import segment
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


def recognised_phonemes(audio: F32) -> tuple[Phoneme, ...]:
    """The phonemes, from end to end, of mono audio at 16 kHz, as far as an English ear hears them.

    Raises:
        SpeechUnavailableError: pocketsphinx is not installed.
    """
    grammar = str(model_folder().parent / "en-us" / "en-us-phone.lm.bin")
    decoder = cast("_Decoder", sphinx_module().Decoder(allphone=grammar, **_SETTINGS))
    marks: list[tuple[float, str]] = []
    spoken = segment(audio)
    for begin, end in pairwise(_cuts(spoken, len(audio))):
        for one in _heard(decoder, audio[begin:end]):
            symbol = SILENCE if one.word.startswith(_NOISES) else to_ipa(one.word)
            marks.append((begin / SAMPLE_RATE + one.start_frame / FRAMES + SHIFT, symbol))
    return without_empty(_silenced(intervals(marks, len(audio) / SAMPLE_RATE), spoken))


def _cuts(spoken: tuple[Phoneme, ...], samples: int) -> list[int]:
    """Where the parts begin and end, in samples: in pauses, as far apart as is allowed."""
    cuts = [0]
    pauses = [(one.start + one.end) / 2 for one in spoken if one.symbol == SILENCE]
    while samples - cuts[-1] > LONGEST_PART * SAMPLE_RATE:
        limit = cuts[-1] / SAMPLE_RATE + LONGEST_PART
        near = [at for at in pauses if cuts[-1] / SAMPLE_RATE < at <= limit]
        cuts.append(int((near[-1] if near else limit) * SAMPLE_RATE))
    return [*cuts, samples]


def _heard(decoder: _Decoder, audio: F32) -> list[_Segment]:
    noise = np.random.default_rng(0).normal(0.0, NOISE, len(audio))
    samples = np.clip(audio + noise, -1.0, 1.0)
    decode(decoder, np.rint(samples * 32767.0).astype("<i2").tobytes())
    return list(decoder.seg() or ())


def _silenced(phonemes: tuple[Phoneme, ...], spoken: tuple[Phoneme, ...]) -> Iterator[Phoneme]:
    """The phonemes, but what is heard where nobody speaks is a pause."""
    pauses = [(one.start, one.end) for one in spoken if one.symbol == SILENCE]
    for one in phonemes:
        middle = (one.start + one.end) / 2
        quiet = any(start <= middle < end for start, end in pauses)
        symbol = SILENCE if quiet else one.symbol
        yield Phoneme(symbol=symbol, start=one.start, end=one.end)
