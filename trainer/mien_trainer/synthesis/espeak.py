"""Speech by eSpeak NG, with the times of its phonemes from the library's own events."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import math
import os
from collections.abc import Sequence

import numpy as np

from mien.text.suggest import did_you_mean
from mien_trainer.audio import levelled, resample
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, intervals, without_empty
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechSource,
    SpeechUnavailableError,
    Utterance,
)
from mien_trainer.synthesis.espeak_process import Answer, EspeakProcess, Request, ServerEndedError
from mien_trainer.synthesis.espeak_timing import audible_bounds
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice, bounded, nothing_to_say, spoken_items, spoken_text

LICENCE = "sound by eSpeak NG (GPL-3.0-or-later)"

_WORDS_A_MINUTE = 175
_NORMAL = 50
"""The library's own rate, and its own pitch and pitch range on its scales of 0 to 100."""

_OCTAVE = 65.0
"""Steps of the library's pitch that double it: measured on seven voices (60 to 72)."""

_MELODY = 0.2
"""How far the median pitch lies above the lowest, as a share of it: measured likewise (0.14 to
0.29)."""

_SECONDS = 60.0
"""An item that takes longer is given up; 5,000 characters take about three."""

_MARKS = str.maketrans({"ˈ": "", "ˌ": "", "‿": "", "͡": "", "\u032a": "", ":": "ː", "ʲ": "j"})
"""Stress, ties and the dental mark are no sounds; some voices have signs of their own."""


class EspeakSource(SpeechSource):
    """eSpeak NG's voices, as in ``en-us+f3``, each saying the sentences that are for it.

    Every process has a server of its own, started when first needed.
    """

    name = "espeak"
    real = False

    def __init__(self, voices: Sequence[Voice], sentences: Sequence[Sentence]) -> None:
        self._voices, self._sentences = tuple(voices), tuple(sentences)
        self._items: tuple[SpeechItem, ...] | None = None
        self._process: EspeakProcess | None = None

    def __reduce__(self) -> tuple[type[EspeakSource], tuple[object, ...]]:
        """Another process gets the same source, not the same server."""
        return EspeakSource, (self._voices, self._sentences)

    def items(self) -> tuple[SpeechItem, ...]:
        """All it can say.

        Raises:
            SpeechUnavailableError: eSpeak NG or a voice is missing.
        """
        if self._items is None:
            process = self._running()
            for voice in self._voices:
                _check(voice.name, process)
            self._items = spoken_items(self._voices, self._sentences)
        return self._items

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The item as speech.

        Raises:
            SpeechRefusedError: its text cannot be spoken.
            SpeechUnavailableError: eSpeak NG or its voice is missing.
        """
        request = _request(item, bounded(prosody))
        _check(item.voice, self._running())
        answer = self._ask(request, item)
        process = self._running()
        if answer.fault:
            raise SpeechRefusedError(f"{item.key}: espeak-ng failed: {answer.fault}")
        marks = _marks(answer, process.rate)
        if all(symbol == SILENCE for _, symbol in marks):
            raise nothing_to_say(item)
        audio = resample(_samples(answer), process.rate)
        phonemes = intervals(marks, len(audio) / SAMPLE_RATE)
        return Utterance(
            audio=levelled(audio),
            phonemes=without_empty(audible_bounds(audio, phonemes)),
            voice=item.voice,
            text=item.text,
            provenance=f"espeak-ng {process.version}, voice {item.voice}",
            licence=LICENCE,
        )

    def close(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask(self, request: Request, item: SpeechItem) -> Answer:
        try:
            return self._running().ask(request)
        except ServerEndedError:
            self.close()
        try:
            return self._running().ask(request)
        except ServerEndedError:
            self.close()
            raise SpeechUnavailableError(
                f"espeak-ng's server ended twice, saying {item.key}"
            ) from None

    def _running(self) -> EspeakProcess:
        if self._process is not None and self._process.pid != os.getpid():
            self.close()
        if self._process is None:
            self._process = EspeakProcess()
        return self._process


def _request(item: SpeechItem, prosody: Prosody) -> Request:
    """Pitch in the library is an octave in so many steps, but of the lowest pitch alone.

    The melody on top of it is in Hz, so it grows with the pitch asked for; where it is wider or
    narrower than the voice's own, the lowest pitch gives way, and the median stays.
    """
    lowest = prosody.pitch * (1.0 + _MELODY * (1.0 - prosody.range))
    return Request(
        voice=item.voice,
        text=spoken_text(item),
        rate=round(_WORDS_A_MINUTE * prosody.rate),
        pitch=_on_scale(_NORMAL + _OCTAVE * math.log2(lowest)),
        range=_on_scale(_NORMAL * prosody.range * prosody.pitch),
        seconds=_SECONDS,
    )


def _on_scale(value: float) -> int:
    return min(100, max(0, round(value)))


def _samples(answer: Answer) -> F32:
    return np.frombuffer(answer.samples, dtype="<i2").astype(np.float32) / np.float32(32768.0)


def _marks(answer: Answer, rate: int) -> list[tuple[float, str]]:
    """Where each phoneme begins; a change of language, as in (fr), is none."""
    return [
        (sample / rate, symbol.translate(_MARKS).strip() or SILENCE)
        for sample, symbol in answer.events
        if not symbol.startswith("(")
    ]


def _check(voice: str, process: EspeakProcess) -> None:
    """The library takes any variant it does not know for none.

    Raises:
        SpeechUnavailableError: the voice or its variant is not installed.
    """
    language, plus, variant = voice.partition("+")
    if language not in process.languages:
        kin = [one for one in process.languages if one.split("-")[0] == language.split("-")[0]]
        hint = did_you_mean(language, kin or process.languages)
        raise SpeechUnavailableError(f"espeak-ng has no voice {voice}: {hint}".rstrip(": "))
    if plus and variant not in process.variants:
        hint = did_you_mean(variant, process.variants)
        raise SpeechUnavailableError(f"espeak-ng has no variant +{variant} for {voice}: {hint}")
