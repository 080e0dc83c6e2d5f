"""Text that is said in a sound: where its units begin, by its words, and the score of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from attrs import frozen

from mien.bank import Bank
from mien.errors import MienError, MisfitError
from mien.performance.clock import FRAME_RATE
from mien.performance.sources import LipRequest, SpokenLips, Word, open_lips, sound_frames
from mien.reading.reading import Reading
from mien.reading.score import ScoreSound
from mien.reading.tokens import Kind, tokens_of
from mien.text.suggest import letters_of

_LEAD = 0.2
"""Seconds by which a face comes before the first word that it goes with."""


@frozen(kw_only=True)
class SaidSound:
    """A sound for a score, and the lips that its words were found with; ``note`` says why not.

    ``misfit`` is why the text is not what it says, where that is so.
    """

    sound: ScoreSound
    lips: SpokenLips | None
    note: str = ""
    misfit: str = ""


def said_sound(
    readings: Sequence[Reading],
    audio: Path,
    shown: str,
    bank: Bank,
    listened: Callable[[float], None] | None = None,
) -> SaidSound:
    """The sound that says the text of ``readings``, which scores call ``shown``.

    ``listened`` is told the share of it in which the words have been found.

    Where its words can be followed in it, units begin at words and the lips follow them; else the
    units share the time of the sound.

    Raises:
        MienError: the sound cannot be read, or what reads sound is not installed.
    """
    seconds = sound_frames(audio) / FRAME_RATE
    text = " ".join(one.text for one in readings if one.text)
    plain = ScoreSound(path=shown, seconds=seconds)
    kinds = {token.kind for token in tokens_of(text)}
    if Kind.WORD not in kinds or Kind.HANGUL in kinds:
        why = "its words are not all English" if Kind.HANGUL in kinds else "the text has no words"
        return SaidSound(sound=plain, lips=None, note=_shared(audio, why))
    try:
        lips = open_lips("words", LipRequest(bank=bank, audio=audio, text=text, listened=listened))
    except MienError as refusal:
        misfit = refusal.why if isinstance(refusal, MisfitError) else ""
        why = f"{misfit}; is the text what is said?" if misfit else str(refusal)
        note = _shared(audio, why.removeprefix(f"{audio.name}: "))
        return SaidSound(sound=plain, lips=None, note=note, misfit=misfit)
    starts = tuple(starts_of([one.text for one in readings], lips.words, seconds))
    sound = ScoreSound(path=shown, seconds=seconds, starts=starts, text=text)
    return SaidSound(sound=sound, lips=lips)


def starts_of(texts: Sequence[str], words: Sequence[Word], seconds: float) -> list[float]:
    """When each text begins, in seconds from 0 on, ascending, by the ``words`` as they are said.

    A text whose first words were not found begins with the first that was; one without any, where
    the text before it ends.
    """
    wanted = [(unit, letters_of(one)) for unit, text in enumerate(texts) for one in text.split()]
    wanted = [(unit, word) for unit, word in wanted if word]
    heard = [letters_of(word.text) for word in words]
    matcher = SequenceMatcher(None, [word for _, word in wanted], heard, autojunk=False)
    first: dict[int, float] = {}
    end: dict[int, float] = {}
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            unit, word = wanted[block.a + offset][0], words[block.b + offset]
            first.setdefault(unit, word.start)
            end[unit] = word.end
    found: list[float] = []
    for unit in range(len(texts)):
        before = found[-1] if found else 0.0
        if unit in first:
            found.append(max(before, first[unit] - _LEAD, 0.0))
        else:
            found.append(min(max(before, end.get(unit - 1, before)), seconds))
    return [0.0, *found[1:]] if found else []


def _shared(audio: Path, why: str) -> str:
    return f"{audio.name}: cues share the time of the sound, and do not follow its words: {why}"
