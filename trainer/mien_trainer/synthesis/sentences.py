"""The sentences synthesisers say: our own, kept apart for training, validation and test."""

from __future__ import annotations

import re
from pathlib import Path

from attrs import frozen

from mien.text.files import shown_path
from mien.text.suggest import did_you_mean
from mien_trainer.fault import TrainerError
from mien_trainer.speech import Split

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "sentences.txt"
"""The sentences that ship."""

_SECTION = re.compile(r"\[(.*)\]")
_LINE = re.compile(r"(s\d{4})\s+(\S.*)")
_SPLITS = {split.value: split for split in Split}


@frozen(kw_only=True)
class Sentence:
    """One line of speech. ``key`` stays with it when others come and go."""

    key: str
    text: str
    split: Split


class SentencesError(TrainerError):
    """A file of sentences cannot be used; the message holds every fault with its line."""


def read_sentences(path: Path = SHIPPED) -> tuple[Sentence, ...]:
    """The sentences of a file, in its order.

    A line is a key (``s0001``) and a sentence in plain ASCII; ``[train]``, ``[validation]`` and
    ``[test]`` begin the parts, ``#`` a comment.

    Raises:
        SentencesError: the file is missing or not text, a line is neither of these, a key or a
            sentence comes twice, or one of the three parts is empty.
    """
    name = shown_path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SentencesError(f"{name}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise SentencesError(f"{name}: this is not UTF-8 text") from None
    reader = _Reader(name)
    for number, line in enumerate(lines, start=1):
        reader.read(number, line.strip())
    for part in Split:
        if all(sentence.split is not part for sentence in reader.sentences):
            reader.faults.append(f"{name}: no sentence under [{part.value}]")
    if reader.faults:
        raise SentencesError("\n".join(reader.faults))
    return tuple(reader.sentences)


class _Reader:
    """What has been read so far, and what was wrong with it."""

    def __init__(self, name: str) -> None:
        self.sentences: list[Sentence] = []
        self.faults: list[str] = []
        self._name = name
        self._split: Split | None = None
        self._keys: dict[str, int] = {}
        self._texts: dict[str, int] = {}

    def read(self, number: int, line: str) -> None:
        """Take one line without the spaces around it."""
        if not line or line.startswith("#"):
            return
        if section := _SECTION.fullmatch(line):
            self._begin(number, section[1])
        elif sentence := _LINE.fullmatch(line):
            self._add(number, sentence[1], sentence[2])
        else:
            self._fault(
                number, f"found {line!r}, expected a key and a sentence: s0001 Good evening."
            )

    def _begin(self, number: int, name: str) -> None:
        if name in _SPLITS:
            self._split = _SPLITS[name]
        else:
            self._fault(number, f"no part [{name}]: {did_you_mean(name, list(_SPLITS))}")

    def _add(self, number: int, key: str, text: str) -> None:
        plain = " ".join(re.findall(r"[a-z']+", text.lower()))
        if self._split is None:
            self._fault(number, f"{key} stands before the first of [train], [validation], [test]")
        elif not text.isascii():
            odd = next(letter for letter in text if not letter.isascii())
            self._fault(
                number, f"{key} holds {odd!r}; only plain ASCII is spoken alike by all voices"
            )
        elif key in self._keys:
            self._fault(number, f"{key} is already the key of line {self._keys[key]}")
        elif plain in self._texts:
            self._fault(number, f"{key} says the same as line {self._texts[plain]}")
        else:
            self.sentences.append(Sentence(key=key, text=text, split=self._split))
        self._keys.setdefault(key, number)
        self._texts.setdefault(plain, number)

    def _fault(self, number: int, message: str) -> None:
        self.faults.append(f"{self._name}:{number}: {message}")
