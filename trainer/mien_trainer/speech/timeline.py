"""Phonemes one behind the other, from the first sample to the last."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from mien_trainer.speech.utterance import SILENCE, Phoneme


def intervals(marks: Iterable[tuple[float, str]], seconds: float) -> tuple[Phoneme, ...]:
    """Phonemes from where each begins, in seconds; each lasts until the next or the end.

    What comes before the first is silence. Silences that meet are one; empty ones are left out.
    """
    phonemes: list[Phoneme] = []
    for start, symbol in [(0.0, SILENCE), *sorted(marks, key=lambda mark: mark[0])]:
        start = min(start, seconds)
        if phonemes:
            phonemes[-1] = evolve(phonemes[-1], end=start)
            if phonemes[-1].symbol == SILENCE and (
                symbol == SILENCE or phonemes[-1].start == start
            ):
                start = phonemes.pop().start
        phonemes.append(Phoneme(symbol=symbol, start=start, end=seconds))
    if phonemes[-1].symbol == SILENCE and phonemes[-1].start == seconds:
        phonemes.pop()
    return tuple(phonemes)


def without_empty(phonemes: Iterable[Phoneme]) -> tuple[Phoneme, ...]:
    """Those that last; silences that meet by it are one."""
    kept: list[Phoneme] = []
    for phoneme in phonemes:
        if phoneme.end <= phoneme.start:
            continue
        if kept and kept[-1].symbol == phoneme.symbol == SILENCE:
            kept[-1] = evolve(kept[-1], end=phoneme.end)
        else:
            kept.append(phoneme)
    return tuple(kept)
