"""Readings as a score: a cue a unit, at the time in which it would be said, without flicker."""

from __future__ import annotations

import json
from collections.abc import Sequence

from attrs import evolve, frozen

from mien.bank import Bank
from mien.reading.reading import Reading
from mien.reading.tokens import tokens_of
from mien.text.fault import counted
from mien.versions import schema_name

_WORD_SECONDS = 0.36
"""How long a word takes: some 165 a minute."""

_PAUSE = 0.5
_LEAST = 0.9
"""A face that would be seen for a shorter time gives way to the surer one beside it."""

_END = 0.8
_TRANSITION = 0.4
_WEAK = 0.05


@frozen(kw_only=True)
class _Stretch:
    start: float
    seconds: float
    label: str | None
    at: str | None
    vad: tuple[float, float, float]
    strength: float
    sure: float
    tagged: bool
    text: str


@frozen(kw_only=True)
class ScoreSound:
    """The sound in which the text is said: its path from the score's folder, and its seconds.

    ``starts`` is when each unit begins, where that is known; ``text`` what is said, where the lips
    follow it.
    """

    path: str
    seconds: float
    starts: tuple[float, ...] | None = None
    text: str | None = None


@frozen(kw_only=True)
class ScoreText:
    """A score in YAML, and how many ``cues`` in how many ``seconds`` came of so many ``units``.

    ``timeless`` units have no time in the sound, ``alike`` show what the one before them shows, and
    ``brief`` ones gave way to a neighbour.
    """

    text: str
    seconds: float
    cues: int
    units: int
    timeless: int
    alike: int
    brief: int

    @property
    def joined(self) -> str:
        """How units became fewer cues, in words; "" where each has its own."""
        each = (
            (self.alike, "shows what the one before it does", "show what the one before them does"),
            (self.brief, f"is shorter than {_LEAST} s", f"are shorter than {_LEAST} s"),
            (self.timeless, "has no time in the sound", "have no time in the sound"),
        )
        why = ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in each if n)
        cues = counted(self.cues, "cue")
        return f"{self.units} units of text became {cues}: {why}" if why else ""


def score_text(
    readings: Sequence[Reading],
    bank: Bank,
    sound: ScoreSound | None = None,
    neutral: str = "neutral",
) -> ScoreText:
    """The score of readings, and what became of them.

    What was read as ``neutral`` is one face, that of the bank's middle intensity.

    The units follow each other at the speed of speech; with a sound they begin when it says them,
    or share its time where that is not known.
    """
    stretches = _timed([_plain(one, bank, neutral) for one in readings])
    seconds = (stretches[-1].start + stretches[-1].seconds if stretches else 0.0) + _END
    length = [f"seconds: {_number(seconds)}"]
    if sound is not None:
        if sound.starts is None:
            stretches = _stretched(stretches, sound.seconds / seconds)
        else:
            stretches = _begun(stretches, sound.starts, sound.seconds)
        seconds = sound.seconds
        length = [f"audio: {json.dumps(sound.path, ensure_ascii=False)}"]
        if sound.text is not None:
            said = json.dumps(sound.text, ensure_ascii=False)
            length.append(f"lips: {{from: words, text: {said}}}")
    timed, merged = stretches, _merged(stretches)
    stretches = _held(merged)
    lines = [
        f"schema: {schema_name('score')}",
        f"bank: {bank.id}@{bank.version}",
        *length,
        "cues:" if stretches else "cues: []",
    ]
    for one in stretches:
        said = (
            json.dumps(one.text, ensure_ascii=False)
            if one.text
            else ("a tag alone" if one.tagged else "nothing")
        )
        lines.append(f"  # {said}")
        lines.append(f"  - {{{', '.join(_fields(one))}}}")
    return ScoreText(
        text="\n".join(lines) + "\n",
        seconds=round(seconds, 3),
        cues=len(stretches),
        units=len(readings),
        timeless=len(readings) - len(timed),
        alike=len(timed) - len(merged),
        brief=len(merged) - len(stretches),
    )


def _plain(reading: Reading, bank: Bank, neutral: str) -> Reading:
    if reading.label != neutral or reading.by == "tag":
        return reading
    middle = bank.intensities[len(bank.intensities) // 2]
    return evolve(reading, at=middle, strength=1.0)


def _timed(readings: Sequence[Reading]) -> list[_Stretch]:
    found: list[_Stretch] = []
    now = 0.0
    for one in readings:
        words = sum(token.spoken for token in tokens_of(one.text))
        seconds = words * _WORD_SECONDS + _PAUSE
        shown = one.strength >= _WEAK
        found.append(
            _Stretch(
                start=now,
                seconds=seconds,
                label=one.label if shown else None,
                at=one.at if shown else None,
                vad=one.vad,
                strength=round(one.strength, 2),
                sure=one.confidence,
                tagged=one.by == "tag",
                text=" ".join(one.text.split())[:80],
            )
        )
        now += seconds
    return found


def _stretched(stretches: Sequence[_Stretch], by: float) -> list[_Stretch]:
    return [evolve(one, start=one.start * by, seconds=one.seconds * by) for one in stretches]


def _begun(
    stretches: Sequence[_Stretch], starts: Sequence[float], seconds: float
) -> list[_Stretch]:
    """Each from its start to that of the next; those that have no time at all are left out."""
    ends = [*starts[1:], seconds]
    timed = zip(stretches, starts, ends, strict=True)
    return [evolve(one, start=a, seconds=b - a) for one, a, b in timed if b > a]


def _merged(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """Neighbours that show the same as one, at the strength of the stronger."""
    found: list[_Stretch] = []
    for one in stretches:
        if found and (found[-1].label, found[-1].at) == (one.label, one.at):
            last = found[-1]
            found[-1] = evolve(
                last,
                seconds=last.seconds + one.seconds,
                strength=max(last.strength, one.strength),
                sure=max(last.sure, one.sure),
                tagged=last.tagged or one.tagged,
            )
        else:
            found.append(one)
    return found


def _held(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """None shorter than `_LEAST`: a short one is taken up by the surer of its neighbours.

    But for what a tag asks for, however short.
    """
    found = list(stretches)
    while len(found) > 1:
        short = [i for i, one in enumerate(found) if one.seconds < _LEAST and not one.tagged]
        if not short:
            break
        i = min(short, key=lambda i: (found[i].sure, i))
        beside = [j for j in (i - 1, i + 1) if 0 <= j < len(found)]
        j = max(beside, key=lambda j: (found[j].sure, -j))
        taken = evolve(
            found[j],
            start=min(found[i].start, found[j].start),
            seconds=found[i].seconds + found[j].seconds,
        )
        first = min(i, j)
        found[first : first + 2] = [taken]
        found = _merged(found)
    return found


def _fields(one: _Stretch) -> list[str]:
    fields = [f"time: {_number(one.start)}"]
    if one.label is not None:
        fields.append(f"label: {one.label}")
        if one.at is not None:
            fields.append(f"at: {one.at}")
        else:
            fields.append(f"vad: [{', '.join(_number(axis) for axis in one.vad)}]")
        if one.strength < 1.0:
            fields.append(f"strength: {_number(one.strength)}")
    return [*fields, f"transition: {_number(_TRANSITION)}"]


def _number(value: float) -> str:
    return f"{round(value, 3):g}"
