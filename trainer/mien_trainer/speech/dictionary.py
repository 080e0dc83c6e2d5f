"""How English words are pronounced: the recogniser's dictionary, and a few words of our own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from attrs import frozen

from mien_trainer.speech.sphinx import model_folder

OWN = Path(__file__).resolve().parents[1] / "data" / "pronunciations.txt"
"""The words of our own."""


@frozen(kw_only=True)
class Dictionary:
    """Words in lower case, each with its pronunciations in ARPABET, the usual one first.

    ``own`` are those among ``words`` that the recogniser's dictionary lacks.
    """

    words: Mapping[str, tuple[tuple[str, ...], ...]]
    own: Mapping[str, tuple[str, ...]]

    def __contains__(self, word: object) -> bool:
        return word in self.words

    def phonemes(self, word: str) -> tuple[str, ...]:
        """The usual pronunciation of a word that is in it."""
        return self.words[word][0]


@cache
def english() -> Dictionary:
    """The dictionary of the recogniser's English, with our own words.

    Raises:
        SpeechUnavailable: the recogniser is not installed.
    """
    words: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for word, phonemes in _entries(model_folder() / "cmudict-en-us.dict"):
        words[word.partition("(")[0]].append(phonemes)
    own = {word: phonemes for word, phonemes in _entries(OWN) if word not in words}
    for word, phonemes in own.items():
        words[word].append(phonemes)
    return Dictionary(words={word: tuple(ways) for word, ways in words.items()}, own=own)


def _entries(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Words as written, further pronunciations as ``word(2)``, and the phonemes of each."""
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phonemes = line.split() or ["#"]
        if not word.startswith("#"):
            yield word, tuple(phonemes)
