"""Texts written another way that should be read alike: typos, case, elongation, punctuation."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping

_VOWEL = re.compile(r"([aeiou])(?=[^aeiou\W]*\b)", re.IGNORECASE)
_MARKS = re.compile(r"[.,!?;:'\"()\u2026]")
_LONGEST = 5


def _typo(text: str) -> str:
    """Two letters swapped within each fifth of the long words, chosen by the text."""
    words = text.split(" ")
    draw = zlib.crc32(text.encode())
    for i, word in enumerate(words):
        if len(word) >= _LONGEST and word.isalpha() and (draw + i) % 3 == 0:
            place = 1 + (draw + i) % (len(word) - 2)
            words[i] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join(words)


def _longer(text: str) -> str:
    """A vowel of the last word that has one said five times."""
    found = list(_VOWEL.finditer(text))
    if not found:
        return text
    last = found[-1]
    return text[: last.start()] + last[1] * _LONGEST + text[last.end() :]


DISTURBANCES: Mapping[str, Callable[[str], str]] = {
    "typos": _typo,
    "small letters": str.lower,
    "capitals": str.upper,
    "elongation": _longer,
    "no punctuation": lambda text: _MARKS.sub("", text),
    "three exclamation marks": lambda text: text.rstrip(".!? ") + "!!!",
    "an emoji at the end": lambda text: text + " \U0001f602",
}
"""What is done to a text; each gives a text that means the same, or nearly."""
