"""Answers of observers to what was recognised, what was taken for what, and how they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from mien.judge.answers import UNSURE, Answers
from mien.judge.key import HiddenFace, Key
from mien.text.suggest import letters_of

UNKNOWN = "(no label)"
"""What a free name that no list has is counted as."""


@frozen(kw_only=True)
class Share:
    """So many answers were right, of so many."""

    right: int
    of: int


def total(shares: Iterable[Share]) -> Share:
    """All of them as one."""
    listed = list(shares)
    return Share(right=sum(one.right for one in listed), of=sum(one.of for one in listed))


@frozen(kw_only=True)
class Agreement:
    """``share`` of the pairs of answers to one face that are the same, 0 to 1.

    ``kappa`` is Fleiss' kappa (1971): 0 as by chance, 1 full; None where all answers are one.
    """

    share: float
    kappa: float | None


@frozen(kw_only=True)
class RoundScore:
    """One round, free or forced, of those observers who answered it.

    ``faces`` by label, intensity and head; ``confusion`` counts answers by the label that was
    shown; ``agreement`` is None for a single observer.
    """

    all: Share
    observers: Mapping[str, Share]
    faces: Mapping[HiddenFace, Share]
    confusion: Mapping[str, Counter[str]]
    agreement: Agreement | None

    def where(self, *, label: str = "", intensity: str = "", head: str = "") -> Share:
        """The share of the faces that have what is given."""
        return total(
            share
            for face, share in self.faces.items()
            if label in ("", face.label)
            and intensity in ("", face.intensity)
            and head in ("", face.head)
        )


@frozen(kw_only=True)
class Unmatched:
    """A free name that no list has, and the face that it was given to."""

    name: str
    observer: str
    number: int
    face: HiddenFace


@frozen(kw_only=True)
class Scores:
    """Both rounds; None where nobody was asked."""

    free: RoundScore | None
    forced: RoundScore | None
    unmatched: tuple[Unmatched, ...]


def score(key: Key, answers: Sequence[Answers], names: Mapping[str, str]) -> Scores:
    """What the observers made of the faces; ``names`` is that of `free_names`."""

    def meant(name: str) -> str:
        return name if name == UNSURE else names.get(letters_of(name), UNKNOWN)

    free = {one.observer: one.free for one in answers if one.free}
    read = {
        observer: {number: meant(name) for number, name in given.items()}
        for observer, given in free.items()
    }
    alike = {  # two who write the same unknown word agree, two who write different ones do not
        observer: {
            number: name if meant(name) == UNKNOWN else meant(name)
            for number, name in given.items()
        }
        for observer, given in free.items()
    }
    forced = {one.observer: one.forced for one in answers if one.forced}
    return Scores(
        free=_round(key, read, alike),
        forced=_round(key, forced, forced),
        unmatched=tuple(
            Unmatched(name=name, observer=observer, number=number, face=key.faces[number])
            for observer, given in free.items()
            for number, name in sorted(given.items())
            if meant(name) == UNKNOWN
        ),
    )


_Given = Mapping[str, Mapping[int, str]]
"""Observer to number to answer."""


def _round(key: Key, given: _Given, alike: _Given) -> RoundScore | None:
    if not given:
        return None
    rights = {
        observer: [name == key.faces[number].label for number, name in named.items()]
        for observer, named in given.items()
    }
    confusion: dict[str, Counter[str]] = {}
    faces: dict[HiddenFace, list[bool]] = {}
    for number, face in key.faces.items():
        for named in given.values():
            confusion.setdefault(face.label, Counter())[named[number]] += 1
            faces.setdefault(face, []).append(named[number] == face.label)
    return RoundScore(
        all=_share(one for right in rights.values() for one in right),
        observers={observer: _share(right) for observer, right in rights.items()},
        faces={face: _share(right) for face, right in faces.items()},
        confusion=confusion,
        agreement=agreement([[named[n] for named in alike.values()] for n in key.faces]),
    )


def _share(right: Iterable[bool]) -> Share:
    listed = list(right)
    return Share(right=sum(listed), of=len(listed))


def agreement(answers: Sequence[Sequence[str]]) -> Agreement | None:
    """How those who answered agree: each row is a face, its answers one an observer."""
    observers = len(answers[0])
    if observers < 2:
        return None
    pairs = observers * (observers - 1)
    counts = [Counter(row) for row in answers]
    observed = sum(
        sum(count * (count - 1) for count in row.values()) / pairs for row in counts
    ) / len(counts)
    whole = Counter(name for row in answers for name in row)
    total = sum(whole.values())
    chance = sum((count / total) ** 2 for count in whole.values())
    kappa = None if len(whole) == 1 else (observed - chance) / (1 - chance)
    return Agreement(share=observed, kappa=kappa)
