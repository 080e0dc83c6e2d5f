"""The sentences synthesisers say: our own, kept apart for training, validation and test."""

from __future__ import annotations

import re
from pathlib import Path

from attrs import frozen

from mien.errors import SourceError
from mien.formats.text_file import read_text
from mien.text.fault import Fault, fault
from mien.text.files import shown_path
from mien.text.node import Place
from mien.text.suggest import did_you_mean
from mien_trainer.speech import Split

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "sentences.txt"
"""The sentences that ship."""

_PART = re.compile(r"\[(.*)\]")
_LINE = re.compile(r"(s\d{4})\s+(\S.*)")
_SPLITS = {split.value: split for split in Split}


@frozen(kw_only=True)
class Sentence:
    """One line of speech. ``key`` stays with it when others come and go."""

    key: str
    text: str
    split: Split


def read_sentences(path: Path = SHIPPED) -> tuple[Sentence, ...]:
    """The sentences of a file, in its order.

    A line is a key (``s0001``) and a sentence in plain ASCII; ``[train]``, ``[validation]`` and
    ``[test]`` begin the parts, ``#`` a comment.

    Raises:
        SourceError: the file is missing or not text, a line is neither of these, a key or a
            sentence comes twice, or one of the three parts is empty.
    """
    name = shown_path(path)
    lines = read_text(path).splitlines()
    faults: list[Fault] = []
    sentences: list[Sentence] = []
    keys: dict[str, int] = {}
    texts: dict[str, int] = {}
    split: Split | None = None
    for number, line in enumerate(map(str.strip, lines), start=1):
        wrong = ""
        if not line or line.startswith("#"):
            continue
        if part := _PART.fullmatch(line):
            split = _SPLITS.get(part[1], split)
            if part[1] not in _SPLITS:
                wrong = f"no part [{part[1]}]: {did_you_mean(part[1], list(_SPLITS))}"
        elif found := _LINE.fullmatch(line):
            key, text = found.groups()
            words = " ".join(re.findall(r"[a-z']+", text.lower()))
            if split is None:
                wrong = f"{key} stands before the first of [train], [validation], [test]"
            elif not text.isascii():
                character = next(one for one in text if not one.isascii())
                wrong = f"{key} holds {character!r}; only plain ASCII is spoken alike by all voices"
            elif key in keys:
                wrong = f"{key} is already the key of line {keys[key]}"
            elif words in texts:
                wrong = f"{key} says the same as line {texts[words]}"
            else:
                sentences.append(Sentence(key=key, text=text, split=split))
            keys.setdefault(key, number)
            texts.setdefault(words, number)
        else:
            wrong = f"found {line!r}, expected a key and a sentence: s0001 Good evening."
        if wrong:
            faults.append(fault(Place(name, number, 1), "no-sentence", wrong))
    filled = {sentence.split for sentence in sentences}
    for empty in (split for split in Split if split not in filled):
        message = f"no sentence under [{empty.value}]"
        faults.append(fault(name, "empty-part", message))
    if faults:
        raise SourceError(faults)
    return tuple(sentences)
