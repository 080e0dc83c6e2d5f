"""MBROLA's .pho, as espeak-ng --pho writes it: a phoneme, its milliseconds, points of pitch."""

from __future__ import annotations

import re

from mien.errors import SourceError
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault
from mien.text.node import Place
from mien_trainer.timings.symbols import IPA_TEXT, MBROLA
from mien_trainer.timings.timed import Mark, TimedSpeech, timed_speech

TITLE = "MBROLA"
_LINE = re.compile(r"(\S+)\s+(\d+(?:\.\d+)?)(?:\s+-?[\d.]+)*\s*\Z")


def recognises(text: str) -> bool:
    """Whether the first line that is no comment is a phoneme and its length."""
    lines = [one for one in text.splitlines() if one.strip() and not one.startswith(";")]
    return bool(lines) and _LINE.match(lines[0]) is not None and not lines[0][0].isdigit()


def read(text: str, file: str) -> TimedSpeech:
    """The timed speech of a text.

    Raises:
        SourceError: with every fault and its line.
    """
    faults: list[Fault] = []
    marks: list[Mark] = []
    reached = 0.0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(";"):
            continue
        match = _LINE.match(line)
        if match is None:
            message = f"found {line.strip()[:60]!r}, expected a phoneme and its milliseconds"
            faults.append(fault(Place(file, number, 1), "timings-line", message))
            continue
        end = reached + float(match[2]) / 1000.0
        marks.append(Mark(text=match[1], start=reached, end=end, place=Place(file, number, 1)))
        reached = end
    if faults:
        raise SourceError(faults[:MAX_FAULTS])
    return timed_speech(marks, file=file, title=TITLE, sets=(MBROLA, IPA_TEXT))
