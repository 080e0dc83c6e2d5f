"""Timed speech: sounds and words with their times, whichever program they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import field, frozen

from mien.errors import SourceError
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault, refusal
from mien.text.node import Place
from mien.text.suggest import did_you_mean
from mien_trainer.phonemes import SILENCE, Phoneme, SpokenWord, without_empty
from mien_trainer.timings.symbols import ANY, IPA_TEXT, SymbolSet, are_words, set_of

LONGEST = 36_000.0
"""Seconds of one file: ten hours."""


@frozen(kw_only=True)
class Mark:
    """A sound, mouth shape or word as a file has it, in seconds, and where it stands there.

    ``end`` is None where it lasts until the next mark.
    """

    text: str
    start: float
    end: float | None = field(default=None)
    place: Place


@frozen(kw_only=True)
class TimedSpeech:
    """What is said when.

    ``phonemes`` in IPA follow one another from 0 on, with pauses; ``words`` and ``stresses`` (the
    moments at which stressed syllables begin) are there where the file tells them. ``source`` names
    the file and whose format it is.
    """

    phonemes: tuple[Phoneme, ...]
    words: tuple[SpokenWord, ...] = field(default=())
    stresses: tuple[float, ...] = field(default=())
    source: str

    @property
    def seconds(self) -> float:
        """When the last sound ends."""
        return self.phonemes[-1].end if self.phonemes else 0.0


def timed_speech(
    marks: Sequence[Mark],
    words: Sequence[Mark] = (),
    *,
    file: str,
    title: str,
    sets: tuple[SymbolSet, ...] = ANY,
) -> TimedSpeech:
    """Timed speech of a file's marks, which may overlap nowhere.

    Raises:
        SourceError: a time is out of order or makes no sense, or a name is in none of the sets.
    """
    if not marks:
        raise refusal(file, "timings-empty", "no sound has a time in it")
    faults = [*_times(marks), *_times(words)]
    symbols = set_of((mark.text for mark in marks), sets)
    if symbols is IPA_TEXT and are_words(mark.text for mark in marks):
        message = f"{marks[0].text!r} and the other names here look like words, not like sounds"
        hint = "--text takes what is said; times are of sounds (ARPAbet, IPA) or mouth shapes"
        raise refusal(marks[0].place, "timings-symbol", message, hint)
    for mark in marks:
        if symbols.ipa(mark.text) is None:
            near = did_you_mean(mark.text, tuple(symbols.sounds))
            message = f"{mark.text!r} is none of {symbols.title}, as the other names here are"
            faults.append(fault(mark.place, "timings-symbol", message, near))
    if faults:
        raise SourceError(faults[:MAX_FAULTS])
    return TimedSpeech(
        phonemes=_phonemes(marks, symbols),
        words=tuple(
            SpokenWord(text=mark.text, start=mark.start, end=end)
            for mark, end in zip(words, _ends(words), strict=True)
            if mark.text.strip() and end > mark.start
        ),
        stresses=tuple(mark.start for mark in marks if mark.text.endswith("1")),
        source=f"{file} ({title}, {symbols.title})",
    )


def time_fault(place: Place, start: float, end: float) -> Fault | None:
    """What is wrong with the times of something that is said, by themselves."""
    if not (0.0 <= start <= LONGEST and 0.0 <= end <= LONGEST):
        message = f"it is said from {start:g} to {end:g} s, expected 0 to {LONGEST:g}"
        return fault(place, "timings-range", message, "are the times in another unit?")
    if end < start:
        message = f"it ends at {end:g} s, before it begins at {start:g} s"
        return fault(place, "timings-order", message)
    return None


def _times(marks: Sequence[Mark]) -> Iterable[Fault]:
    reached = 0.0
    for mark, end in zip(marks, _ends(marks), strict=True):
        wrong = time_fault(mark.place, mark.start, end)
        if wrong is not None:
            yield wrong
        elif mark.start < reached - _SLACK:
            message = f"it begins at {mark.start:g} s, and the one before ends at {reached:g} s"
            yield fault(mark.place, "timings-order", message, "sort the lines by their times")
        reached = max(reached, end)


_SLACK = 0.0011
"""Seconds by which marks may overlap: files round to milliseconds."""

_LAST = 0.1
"""Seconds of a last sound whose end the file does not tell."""


def _ends(marks: Sequence[Mark]) -> list[float]:
    starts = [*(mark.start for mark in marks[1:]), marks[-1].start + _LAST] if marks else []
    return [
        following if mark.end is None else mark.end
        for mark, following in zip(marks, starts, strict=True)
    ]


def _phonemes(marks: Sequence[Mark], symbols: SymbolSet) -> tuple[Phoneme, ...]:
    phonemes: list[Phoneme] = []
    reached = 0.0
    for mark, end in zip(marks, _ends(marks), strict=True):
        start = max(mark.start, reached)
        if start > reached:
            phonemes.append(Phoneme(symbol=SILENCE, start=reached, end=start))
        symbol = symbols.ipa(mark.text) or SILENCE
        phonemes.append(Phoneme(symbol=symbol, start=start, end=max(start, end)))
        reached = max(start, end)
    return without_empty(phonemes)
