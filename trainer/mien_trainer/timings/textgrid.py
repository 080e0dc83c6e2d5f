"""Praat's TextGrid, long or short, as the Montreal Forced Aligner writes it: tiers of intervals.

The tier of sounds is the one called phones, phonemes, phone or MAU, alone or after a speaker's name
(``alice - phones``); that of words is called words or word. Praat itself writes UTF-16.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from mien.text.fault import refusal
from mien.text.node import Place
from mien_trainer.timings.timed import Mark, TimedSpeech, timed_speech

TITLE = "TextGrid"
_PHONES = ("phones", "phonemes", "phone", "phoneme", "mau", "segments")
_WORDS = ("words", "word", "ort-mau", "ort")

_TOKEN = re.compile(
    r'"(?P<text>(?:[^"]|"")*)"|<(?P<flag>\w+)>|(?<![\w.\[])(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.\]])'
)


def recognises(text: str) -> bool:
    """Whether a text begins as a TextGrid does."""
    return text.lstrip().startswith('File type = "ooTextFile') and '"TextGrid"' in text[:200]


@frozen(kw_only=True)
class _Item:
    """A text (without its quotes), flag or number, and where it stands."""

    kind: str
    value: str
    place: Place


@frozen(kw_only=True)
class _Tier:
    name: str
    marks: tuple[Mark, ...]


def read(text: str, file: str) -> TimedSpeech:
    """The timed speech of a text.

    Raises:
        SourceError: it is cut short, no tier holds sounds, or as `timed_speech`.
    """
    tiers = list(_tiers(_items(text, file), file))
    phones = _named(tiers, _PHONES)
    if phones is None:
        names = ", ".join(repr(tier.name) for tier in tiers) or "none"
        message = f"no tier is called phones; its tiers: {names}"
        raise refusal(file, "timings-tier", message, "call one of them phones")
    words = _named(tiers, _WORDS)
    said = tuple(mark for mark in words.marks if mark.text) if words else ()
    return timed_speech(phones.marks, said, file=file, title=TITLE)


def _named(tiers: list[_Tier], names: tuple[str, ...]) -> _Tier | None:
    return next(
        (
            tier
            for name in names
            for tier in tiers
            if tier.name.rpartition(" - ")[2].strip().lower() == name
        ),
        None,
    )


def _items(text: str, file: str) -> Iterator[_Item]:
    for number, line in enumerate(text.splitlines(), 1):
        # What stands before a value in the long form says nothing that its order does not.
        for match in _TOKEN.finditer(line):
            kind = str(match.lastgroup)
            value = match[kind].replace('""', '"') if kind == "text" else match[kind]
            yield _Item(kind=kind, value=value, place=Place(file, number, match.start() + 1))


def _tiers(items: Iterator[_Item], file: str) -> Iterator[_Tier]:
    def take(*kinds: str) -> list[_Item]:
        taken: list[_Item] = []
        for kind in kinds:
            found = next(items, None)
            if found is None:
                raise refusal(file, "timings-cut", "the TextGrid is cut short")
            if found.kind != kind:
                message = f"found {found.value!r}, expected a {kind}"
                raise refusal(found.place, "timings-line", message)
            taken.append(found)
        return taken

    *_, tiers = take("text", "text", "number", "number", "flag", "number")
    for _ in range(int(float(tiers.value))):
        kind, name, _, _, count = take("text", "text", "number", "number", "number")
        spans = ("number", "number") if kind.value == "IntervalTier" else ("number",)
        marks: list[Mark] = []
        for _ in range(int(float(count.value))):
            *times, said = take(*spans, "text")
            start, *end = (float(one.value) for one in times)
            text = said.value.strip()
            marks.append(
                Mark(text=text, start=start, end=end[0] if end else None, place=said.place)
            )
        yield _Tier(name=name.value, marks=tuple(marks))
