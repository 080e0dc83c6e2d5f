"""What is said in a long sound, cut into passages where a recogniser has heard the same words.

An aligner takes two minutes at a time. Where a recogniser heard a word of the text beside a pause,
the sound may be cut there, best where it heard the words on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from attrs import frozen

from mien.text.suggest import letters_of
from mien_trainer.alignment.passages import Passage
from mien_trainer.phonemes import SpokenWord

_SHORTEST, _LONGEST = 5.0, 25.0
"""Seconds that a passage lasts, where enough words were heard."""

_PAUSE = 0.15
"""Seconds between two words from which on a sound is cut there; what follows moves no further."""


@frozen(kw_only=True)
class _Cut:
    """Before which word of the text a sound may be cut, when, and how long a pause is there.

    ``sure`` where the words on both sides were heard.
    """

    word: int
    moment: float
    sure: bool
    pause: float


def text_passages(text: str, heard: Sequence[SpokenWord], seconds: float) -> tuple[Passage, ...]:
    """The passages of ``text`` in a sound of so many ``seconds``, in which words were ``heard``.

    They follow each other without a gap; a text of which nothing was heard is one of them.
    """
    words = text.split()
    cuts = [_Cut(word=0, moment=0.0, sure=True, pause=0.0), *_chosen(list(_cuts(words, heard)))]
    ends = [*((one.word, one.moment) for one in cuts[1:]), (len(words), seconds)]
    return tuple(
        Passage(text=" ".join(words[cut.word : last]), start=cut.moment, end=end)
        for cut, (last, end) in zip(cuts, ends, strict=True)
    )


def _cuts(words: Sequence[str], heard: Sequence[SpokenWord]) -> Iterator[_Cut]:
    """In pauses beside words that were heard as they stand in the text."""
    spelled = [(place, letters) for place, one in enumerate(words) if (letters := letters_of(one))]
    sounded = [letters_of(one.text) for one in heard]
    matcher = SequenceMatcher(None, [one for _, one in spelled], sounded, autojunk=False)
    same = {
        block.b + offset: block.a + offset
        for block in matcher.get_matching_blocks()
        for offset in range(block.size)
    }
    for place, (before, after) in enumerate(pairwise(heard)):
        left, right = same.get(place), same.get(place + 1)
        following = right if left is None else left + 1
        both = left is not None and right is not None
        pause = after.start - before.end
        if pause < _PAUSE or following is None or (both and following != right):
            continue
        if following < len(spelled):
            yield _Cut(
                word=spelled[following][0],
                moment=(before.end + after.start) / 2.0,
                sure=both,
                pause=pause,
            )


def _chosen(cuts: Sequence[_Cut]) -> Iterator[_Cut]:
    """In the longest pause within reach of the cut before, or of the next place there is."""
    last, word = 0.0, 0
    while rest := [one for one in cuts if one.moment >= last + _SHORTEST and one.word > word]:
        reach = max(last + _LONGEST, rest[0].moment + _SHORTEST)
        near = [one for one in rest if one.moment <= reach]
        cut = max(near, key=lambda one: (one.sure, one.pause))
        yield cut
        last, word = cut.moment, cut.word
