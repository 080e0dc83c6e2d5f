"""The times of the phonemes of a long sound, of which it is roughly known when what is said.

What a recogniser or subtitles say is aligned part by part; where the words of a part are not what
is said there, its sounds are those that are heard in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from attrs import evolve, field, frozen

from mien_trainer.alignment.aligner import Aligner, Followed
from mien_trainer.alignment.listened import Listened
from mien_trainer.alignment.phone_loop import LONGEST_PART
from mien_trainer.alignment.plausibility import CLIP_FIT
from mien_trainer.alignment.pronunciation import Guess, UnspeakableTextError
from mien_trainer.alignment.voice_activity import segment
from mien_trainer.alignment.word_loop import Recogniser
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme, SpokenWord, intervals, without_empty
from mien_trainer.speech import SpeechRefusedError, UnusableSoundError

MARGIN = 3.0
"""Seconds before and after a passage in which its words may lie: recognisers round."""

DOUBTED, UNSURE = -88.0, 40.0
"""The fit from which on words are taken, and by how much it rises for each 1 by which a recogniser
is less sure. Between what Whisper tiny.en makes of English (58 recordings) and of German (37)."""

_Timed = TypeVar("_Timed", Phoneme, SpokenWord)


@frozen(kw_only=True)
class Passage:
    """What is said from ``start`` to ``end``, in seconds.

    ``sure`` is how sure of it a recogniser is: a logarithm, 0 at best, and where nobody doubts it.
    """

    text: str
    start: float
    end: float
    sure: float = field(default=0.0)


@frozen(kw_only=True)
class PassagesFollowed(Followed):
    """As `Followed`; ``by_words`` is the share of the parts' seconds in which the words fit.

    ``unfit`` are those of the ``doubts`` that say where they do not.
    """

    by_words: float = field(default=1.0)
    unfit: tuple[str, ...] = field(default=())


def follow_passages(
    audio: F32,
    passages: Sequence[Passage],
    guess: Guess,
    listened: Listened | None = None,
    heard: Callable[[F32], Sequence[Phoneme]] | None = None,
) -> PassagesFollowed:
    """The phonemes, from end to end, of mono audio at 16 kHz in which these passages are said.

    ``passages`` are in order. Words that no dictionary has are said as ``guess`` has them. Where
    words do not fit, the sounds are those that ``heard`` gives, the recogniser's without it. Words
    of which a recogniser was less sure have to fit better.

    Raises:
        SpeechUnavailableError: pocketsphinx is not installed.
    """
    seconds, aligner = len(audio) / SAMPLE_RATE, Aligner()
    phonemes: list[Phoneme] = []
    words: list[SpokenWord] = []
    doubts: list[str] = []
    unfit: list[str] = []
    lasting = fitting = 0.0
    if listened is not None:
        listened(0.0)
    for part in _parts(passages, audio):
        sound = audio[round(part.start * SAMPLE_RATE) : round(part.end * SAMPLE_RATE)]
        lasting += part.end - part.start
        least = max(CLIP_FIT, DOUBTED - UNSURE * part.sure)
        try:
            found = aligner.follow(sound, part.text, guess, least)
        except (UnspeakableTextError, UnusableSoundError):
            fitting += part.end - part.start
        except SpeechRefusedError as error:
            heard = heard or _recogniser()
            phonemes += _later(heard(sound), part.start)
            unfit.append(f"from {part.start:.1f} to {part.end:.1f} s {error}")
            doubts.append(unfit[-1])
        else:
            fitting += part.end - part.start
            phonemes += _later(found.phonemes, part.start)
            words += _later(found.words, part.start)
            counted = f", counted from {part.start:.1f} s" if part.start else ""
            doubts += [f"{one}{counted}" for one in found.doubts]
        if listened is not None:
            listened(min(1.0, part.end / seconds))
    marks = [(one.start, one.symbol) for one in phonemes]
    marks += [(one.end, SILENCE) for one, after in pairwise(phonemes) if after.start > one.end]
    marks += [(one.end, SILENCE) for one in phonemes[-1:]]
    return PassagesFollowed(
        phonemes=without_empty(intervals(marks, seconds)),
        words=tuple(words),
        doubts=tuple(doubts),
        by_words=fitting / lasting if lasting else 1.0,
        unfit=tuple(unfit),
    )


def _recogniser() -> Callable[[F32], Sequence[Phoneme]]:
    recogniser = Recogniser()
    return lambda sound: recogniser.heard(sound).phonemes


def _later(found: Sequence[_Timed], by: float) -> list[_Timed]:
    return [evolve(one, start=one.start + by, end=one.end + by) for one in found]


def _parts(passages: Sequence[Passage], audio: F32) -> Iterator[Passage]:
    """Passages joined to parts that are aligned at a time, cut in pauses."""
    seconds = len(audio) / SAMPLE_RATE
    pauses = [(one.start + one.end) / 2 for one in segment(audio) if one.symbol == SILENCE]
    said = [one for one in passages if one.text.strip() and one.start < seconds]
    joined: list[list[Passage]] = []
    for one in said:
        if joined and one.end - joined[-1][0].start <= LONGEST_PART:
            joined[-1].append(one)
        else:
            joined.append([one])
    if not joined:
        return
    cuts = [_cut(before[-1].end, after[0].start, pauses) for before, after in pairwise(joined)]
    for group, begin, end in zip(joined, [0.0, *cuts], [*cuts, seconds], strict=True):
        lasting = sum(one.end - one.start for one in group)
        yield Passage(
            text=" ".join(one.text for one in group),
            sure=sum((one.end - one.start) * one.sure for one in group) / max(lasting, 1e-9),
            start=max(begin, group[0].start - MARGIN),
            end=min(end, group[-1].end + MARGIN),
        )


def _cut(end: float, start: float, pauses: Sequence[float]) -> float:
    """Between two passages: in the middle of the nearest pause, if one is near."""
    middle = (end + start) / 2
    near = min(pauses, key=lambda at: abs(at - middle), default=middle)
    return near if abs(near - middle) <= abs(start - end) / 2 + 1.0 else middle
