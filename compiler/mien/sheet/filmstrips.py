"""Timelines as filmstrips: drawn faces at even times, the head tilted as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion
from mien.bank import Bank
from mien.engine.registry import ENGINES, get_engine
from mien.sheet.page import Cell, Note, Row
from mien.timelines.clip import Clip
from mien.timelines.table import Ends
from mien.timelines.timelines import Timeline

FRAMES = 9
"""Faces on a strip."""

HELD = 800.0
"""Ms of the apex that a strip shows of dynamics that are held as long as they are asked for."""

EYE_REACH = 30.0
"""Degrees at which a channel of looking is at 1, as drawn here."""

_LOOKS = {
    "left": ("eyeLookOutLeft", "eyeLookInRight"),
    "right": ("eyeLookInLeft", "eyeLookOutRight"),
    "up": ("eyeLookUpLeft", "eyeLookUpRight"),
    "down": ("eyeLookDownLeft", "eyeLookDownRight"),
}


def filmstrips(bank: AuthoredBank) -> tuple[Row, ...]:
    """A row for the dynamics and for each sequence of each label, at its middle intensity.

    A sequence that is another one at the highest intensity is shown there.

    Raises:
        SourceError: the bank cannot be compiled.
    """
    if all(emotion.dynamics is None for emotion in bank.emotions):
        return ()
    compiled = Bank(get_engine(max(ENGINES)).compile_tables(bank))
    return tuple(
        row
        for emotion in bank.emotions
        if emotion.label in compiled.timelines
        for row in _rows(compiled, emotion, compiled.timelines[emotion.label])
    )


def _rows(bank: Bank, emotion: Emotion, timeline: Timeline) -> Iterator[Row]:
    levels = bank.intensities
    middle, highest = (len(levels) - 1) // 2, len(levels) - 1
    yield _strip(bank, emotion, timeline.dynamics, levels[middle], "onset, apex, offset")
    for name in timeline.sequences:
        whole = timeline.clip(name, middle)
        top = timeline.clip(name, highest)
        level = middle if whole is top or whole.tracks == top.tracks else highest
        description = " ".join(emotion.sequences[name].description.split())
        yield _strip(bank, emotion, timeline.clip(name, level), levels[level], description)


def _strip(bank: Bank, emotion: Emotion, clip: Clip, level: str, description: str) -> Row:
    hold = float(clip.length) + HELD if not clip.name and clip.apex is None else None
    end = clip.end(hold)
    last = float(clip.length) if end == np.inf else end
    times = np.array([last * frame / (FRAMES - 1) for frame in range(FRAMES)])
    sample = clip.sample(times, hold)
    face = np.broadcast_to(bank.face(emotion.label, at=level), sample.gain.shape)
    faces = bank.timed(face, sample.gain, sample.offset)
    cells = [
        Cell(
            name=f"{time / 1000.0:.2f} s",
            weights=_looking(bank.named(weights), gaze.tolist()),
            notes=tuple(_notes(head.tolist(), gaze.tolist())),
            head=(float(head[0]), float(head[1]), float(head[2])),
        )
        for time, weights, head, gaze in zip(
            times.tolist(), faces, sample.head, sample.gaze, strict=True
        )
    ]
    title = f"{emotion.title} in time: {clip.name or 'dynamics'}, {level}"
    return Row(title=title, description=f"{description} {_ending(bank, clip)}", cells=tuple(cells))


def _ending(bank: Bank, clip: Clip) -> str:
    ending = clip.ending
    if clip.loop is not None:
        return f"({clip.loop[0]} to {clip.loop[1]} ms repeats while it is held)"
    if ending.how is Ends.LABEL:
        return f"(ends as {bank.labels[ending.label]} {bank.intensities[ending.intensity]})"
    return "(held)" if ending.how is Ends.HELD and clip.name else ""


def _looking(weights: Mapping[str, float], gaze: Sequence[float]) -> Mapping[str, float]:
    """The face with its gaze by the channels of looking, where it has those of ARKit's names."""
    yaw, pitch = gaze
    away = {"right": yaw, "left": -yaw, "down": pitch, "up": -pitch}
    looking = dict(weights)
    for side, degrees in away.items():
        for channel in _LOOKS[side]:
            if channel in looking and degrees:
                moved = looking[channel] + degrees / EYE_REACH
                looking[channel] = min(1.0, max(0.0, moved))
    return {name: weight for name, weight in looking.items() if weight > 0.0}


def _notes(head: Sequence[float], gaze: Sequence[float]) -> Iterator[Note]:
    yaw, pitch, roll = head
    words = [*_words(yaw, "right", "left"), *_words(pitch, "down", "up")]
    if words:
        yield Note(text=f"head {', '.join(words)}")
    for word in _words(roll, "right", "left"):
        yield Note(text=f"tilt {word}")
    words = [*_words(gaze[0], "right", "left"), *_words(gaze[1], "down", "up")]
    if words:
        yield Note(text=f"gaze {', '.join(words)}")


def _words(degrees: float, more: str, less: str) -> Iterator[str]:
    if abs(degrees) >= 0.5:
        yield f"{abs(degrees):.0f}° {more if degrees > 0.0 else less}"
