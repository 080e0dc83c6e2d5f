"""The name that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast

Words = Mapping[str, Sequence[str]]
"""Other words for labels, by the label."""

_NONE: Words = {}
_SIDE = re.compile(r"[_.-](l|r)$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s_.-]+")
_FEW = 12
_SHORTEST = 4
"""Characters of a misspelt alias; shorter ones are like too many words."""


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate closest to ``name``, or None when none is close enough to be meant.

    Case, separators and a side written as ``_L`` or ``_R`` do not count; otherwise about one edit
    in three characters is forgiven. Of equally close candidates the first wins. Where none is
    close, it is the only one that begins so.
    """
    wanted = _plain(name)
    limit = max(1, len(wanted) // 3)
    best: str | None = None
    candidates = tuple(candidates)
    for candidate in candidates:
        distance = _distance(wanted, _plain(candidate), limit)
        if distance <= limit:
            best, limit = candidate, distance - 1
        if limit < 0:
            break
    if best is None and len(wanted) > 1:
        begun = [one for one in candidates if _plain(one).startswith(wanted)]
        best = begun[0] if len(begun) == 1 else None
    return best


def did_you_mean(name: str, candidates: Sequence[str]) -> str:
    """A hint: the nearest candidate, else all of them when they are few, else nothing."""
    close = nearest(name, candidates)
    if close is not None:
        return f"did you mean {close}?"
    if 0 < len(candidates) <= _FEW:
        return "known: " + ", ".join(candidates)
    return ""


def meant_label(name: str, labels: Sequence[str], own: Words = _NONE) -> str | None:
    """The label that another word for the same emotion means (happy: joy), else the nearest.

    ``own`` are a bank's own words, which come before those that ship.
    """
    word = _plain(name)
    return (
        aliased_label(name, labels, own)
        or nearest(name, labels)
        or _misspelt_alias(word, labels, own)
    )


def aliased_label(name: str, labels: Sequence[str], own: Words = _NONE) -> str | None:
    """The label that ``name`` is, or is another word for; None for none, however alike."""
    word = _plain(name)
    for label in labels:
        if _plain(label) == word or word in map(_plain, own.get(label, ())):
            return label
    alike = (group for group in known_groups() if word in group)
    return next((one for group in alike for one in labels if _plain(one) in group), None)


def _misspelt_alias(word: str, labels: Sequence[str], own: Words) -> str | None:
    """The label of the alias that is written nearly as ``word``."""
    words = {alias: label for label, others in aliases(labels, own).items() for alias in others}
    close = nearest(word, words) if len(word) >= _SHORTEST else None
    return None if close is None else words[close]


def aliases(labels: Sequence[str], own: Words = _NONE) -> dict[str, tuple[str, ...]]:
    """Other words for each of ``labels``; no word means two of them, and none is a label itself.

    A bank's ``own`` words come first, and mean nothing else.
    """
    found: dict[str, tuple[str, ...]] = {label: tuple(own.get(label, ())) for label in labels}
    taken = {_plain(label) for label in labels}
    taken |= {_plain(word) for words in found.values() for word in words}
    for group in known_groups():
        first = next((label for label in labels if _plain(label) in group), None)
        if first is not None:
            found[first] += tuple(word for word in group if word not in taken)
    return found


def label_hint(name: str, labels: Sequence[str], own: Words = _NONE) -> str:
    """A hint for a label that is not among ``labels``: the one that was meant, and all others."""
    close = meant_label(name, labels, own)
    listed = f"the labels are {', '.join(labels)}"
    return f"did you mean {close}? {listed}" if close else listed


@cache
def known_groups() -> tuple[tuple[str, ...], ...]:
    """The words of each emotion, the label of the default bank first."""
    from mien.resources import presets
    from mien.text.node import plain
    from mien.text.yaml_nodes import require_yaml

    path = presets() / "aliases" / "english.yaml"
    root = cast(
        "dict[str, dict[str, list[str]]]", plain(require_yaml(path.read_text("utf-8"), path.name))
    )
    return tuple((label, *words) for label, words in root["labels"].items())


def _plain(name: str) -> str:
    sided = _SIDE.sub(lambda match: "Left" if match[1] in "lL" else "Right", name)
    return _SEPARATORS.sub("", sided).casefold()


def _distance(one: str, other: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap neighbours); inexact where over ``limit``."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def letters_of(name: str) -> str:
    """The letters and digits of a name, in small letters."""
    return "".join(one for one in name.casefold() if one.isalnum())
