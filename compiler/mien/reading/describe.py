"""Readings as JSON records and as lines for people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.reading.reader import Reader
from mien.reading.reading import Reading

_MOST_SHOWN = 60
_MOST_WORDS = 4


def reading_json(reading: Reading, reader: Reader, *, face: bool = False) -> dict[str, object]:
    """A reading as programs read it; every number is the one that it was read with.

    With ``face`` also the weights by channel, shown at the reading's strength.
    """
    span = reading.span
    record: dict[str, object] = {
        "text": reading.text,
        "line": span.line,
        "start": span.start,
        "end": span.end,
        "by": reading.by,
        "label": reading.label,
        "at": reading.at,
        "intensity": reading.intensity,
        "vad": [float(str(np.float32(one))) for one in reading.vad],
        "strength": reading.strength,
        "confidence": reading.confidence,
        "labels": dict(reading.labels),
    }
    if reading.speaker:
        record["speaker"] = reading.speaker
    if reading.because:
        record["because"] = [{"word": part.word, "moves": part.moves} for part in reading.because]
    if reading.notes:
        record["notes"] = list(reading.notes)
    if face:
        record["face"] = reader.bank.named(shown_face(reading, reader))
    return record


def reading_lines(reading: Reading) -> list[str]:
    """A reading as people read it: a line, and one below for the words behind it."""
    said = f"{reading.speaker}: {reading.text}" if reading.speaker else reading.text
    text = " ".join(said.split())
    if len(text) > _MOST_SHOWN:
        text = text[: _MOST_SHOWN - 1] + "\u2026"
    place = reading.at if reading.at is not None else f"{reading.intensity:.2f}"
    how = f"{reading.confidence:4.0%}" if reading.by != "tag" else " tag"
    lines = [f"{reading.label:<14}{place:<6}{how}  {reading.strength:.2f}  {text}"]
    if reading.because:
        words = ", ".join(
            f"{part.word} {part.moves:+.2f}" for part in reading.because[:_MOST_WORDS]
        )
        lines.append(f"    {words}")
    return lines


HEAD = f"{'label':<14}{'at':<6}{'sure':>4}  show  text"
"""The head of a table of `reading_lines`."""

LEGEND = f"""\
label  the emotion that is read, or that a tag names
at     where it stands between the weakest and the strongest of the label: an anchor, or 0 to 1
sure   how often a reading as certain as this is right; tag where a tag says the label
show   how much of the face is shown, 0 to 1: the surer, the more
below  the words that moved the label the most, at most {_MOST_WORDS}: + towards it, - away from it,
       in logits: 1 makes it 2.7 times as likely against its absence; none where a tag decides
"""
"""What the columns of the table mean, and the words below each reading."""


def shown_face(reading: Reading, reader: Reader) -> npt.NDArray[np.float32]:
    """The face (C,) of a reading: its label's at its point, and neutral's for the rest."""
    neutral = reader.weights.neutral
    if reading.label == neutral:
        return reader.bank.face(neutral, vad=reading.vad)
    weights = {reading.label: reading.strength, neutral: 1.0 - reading.strength}
    return reader.bank.face(weights, vad=reading.vad)
