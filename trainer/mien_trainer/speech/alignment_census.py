"""How many recordings align with their words, and how many would with other words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from mien_trainer.speech.align import Aligner
from mien_trainer.speech.dictionary import english
from mien_trainer.speech.source import Prosody, SpeechItem, SpeechRefused, SpeechSource
from mien_trainer.speech.transcript import spoken_words
from mien_trainer.speech.utterance import Utterance

SEVERAL = 4
"""Words from which on a text is more than a name or a number."""


@frozen(kw_only=True)
class Trial:
    """Recordings aligned with wrong words: how many there were, and how many were refused."""

    texts: int
    caught: int


@frozen(kw_only=True)
class Census:
    """What came of a source's recordings.

    ``seconds`` is the sound of the ``aligned`` ones, ``refused`` why the others were not. ``other``
    is the trial of each with another's text, the most alike in length; ``several`` the same where
    both texts have four words or more; ``one_word`` the trial of those with one word replaced.
    """

    aligned: int
    seconds: float
    refused: tuple[str, ...]
    other: Trial
    several: Trial
    one_word: Trial


def census(
    source: SpeechSource, items: Sequence[SpeechItem], aligner: Aligner, step: Callable[[], None]
) -> Census:
    """Align every item with its own words and with wrong ones; ``step`` is called after each.

    Raises:
        SpeechUnavailable: the source or the aligner is missing.
    """
    dictionary = english()
    words = {item.key: spoken_words(item.text, dictionary) for item in items}
    others = _others(words)
    tally: Counter[str] = Counter()
    refused: list[str] = []
    seconds = 0.0
    for item in items:
        try:
            utterance = source.speak(item, Prosody())
        except SpeechRefused as refusal:
            refused.append(str(refusal))
        else:
            seconds += utterance.seconds
            own, other = words[item.key], others[item.key]
            kinds = ["other"]
            if min(len(own), len(other)) >= SEVERAL:
                kinds.append("several")
                changed = _with_one_of(own, other)
                _count(tally, ["one word"], _is_refused(utterance, changed, aligner))
            _count(tally, kinds, _is_refused(utterance, other, aligner))
        step()
    return Census(
        aligned=len(items) - len(refused),
        seconds=seconds,
        refused=tuple(refused),
        other=_of(tally, "other"),
        several=_of(tally, "several"),
        one_word=_of(tally, "one word"),
    )


def _others(words: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """For each key the words of the next in length, in phonemes, that are not its own."""
    dictionary = english()
    order = sorted(words, key=lambda key: (_length(words[key], dictionary.phonemes), key))
    chosen: dict[str, tuple[str, ...]] = {}
    for place, key in enumerate(order):
        following = (words[other] for other in (*order[place + 1 :], *reversed(order[:place])))
        chosen[key] = next(other for other in following if other != words[key])
    return chosen


def _length(words: Sequence[str], phonemes: Callable[[str], Sequence[str]]) -> int:
    return sum(len(phonemes(word)) for word in words)


def _with_one_of(own: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """``own`` with its longest word replaced by the longest of ``other`` that it has not."""
    replaced = max(own, key=len)
    new = max((word for word in other if word not in own), key=len, default="umbrella")
    return tuple(new if word == replaced else word for word in own)


def _is_refused(utterance: Utterance, words: Sequence[str], aligner: Aligner) -> bool:
    try:
        aligner.align(utterance.audio, words)
    except SpeechRefused:
        return True
    return False


def _count(tally: Counter[str], kinds: Sequence[str], refused: bool) -> None:
    tally.update(kinds)
    if refused:
        tally.update(f"{kind} caught" for kind in kinds)


def _of(tally: Counter[str], name: str) -> Trial:
    return Trial(texts=tally[name], caught=tally[f"{name} caught"])
