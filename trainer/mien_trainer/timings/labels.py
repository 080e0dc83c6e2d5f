"""Lines of a start, an end and a name, between tabs, commas or spaces: Audacity's labels and alike.

Times are in seconds. Without an end, as in Rhubarb's TSV, a sound lasts until the next one. A first
line that begins with no number names the columns and is passed over.
"""

from __future__ import annotations

import re

from mien.errors import SourceError
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault
from mien.text.node import Place
from mien_trainer.timings.symbols import ANY, RHUBARB
from mien_trainer.timings.timed import Mark, TimedSpeech, timed_speech

TITLE = "lines of times"
_BEGINS = re.compile(r"\s*[+-]?[.\d]")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")


def recognises(text: str) -> bool:
    """Whether a text has such lines: the first or the second one begins with a number."""
    lines = [line for line in text.splitlines() if line.strip()][:2]
    return any(re.match(_BEGINS, line) for line in lines)


def read(text: str, file: str) -> TimedSpeech:
    """The timed speech of a text.

    Raises:
        SourceError: with every fault and its line.
    """
    faults: list[Fault] = []
    marks: list[Mark] = []
    for number, line in enumerate(text.splitlines(), 1):
        columns = _columns(line)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not marks and not faults and not re.match(_BEGINS, line):
            continue  # the names of the columns
        times = [one for one in columns[:2] if _NUMBER.match(one)]
        if not times or not len(times) < len(columns) <= 3:
            message = f"found {line.strip()[:60]!r}, expected a start, an end and a name"
            hint = "is a comma the decimal sign here? write 0.25" if _is_comma(line) else ""
            faults.append(fault(Place(file, number, 1), "timings-line", message, hint))
            continue
        column = line.find(columns[len(times)]) + 1
        marks.append(
            Mark(
                text=columns[len(times)],
                start=float(times[0]),
                end=float(times[1]) if len(times) > 1 else None,
                place=Place(file, number, max(1, column)),
            )
        )
    if faults:
        raise SourceError(faults[:MAX_FAULTS])
    bare = all(mark.end is None for mark in marks)
    return timed_speech(marks, file=file, title=TITLE, sets=(RHUBARB, *ANY) if bare else ANY)


def _columns(line: str) -> list[str]:
    for separator in ("\t", ";", ","):
        parts = [part.strip().strip('"') for part in line.split(separator)]
        if len(parts) > 1 and not any(" " in part for part in parts[:2]):
            return parts
    return line.split() or [""]


def _is_comma(line: str) -> bool:
    return re.search(r"\d,\d", line) is not None
