"""Cues that come while a pipe speaks: lines of JSON from a named pipe or a file descriptor.

A line is what a score's cue says: {"label": "anger", "at": "high", "transition": 0.3}, also with
vad, intensity, style, sequence and strength; {} lets the face go. {"look": "left"} or {"look": [20,
-5]}, with "head" or without, turns the gaze. A line counts from the next frame on.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, cast

from mien.bank import Bank
from mien.errors import QueryError
from mien.performance.clock import ticks
from mien.performance.expression import Move
from mien.performance.gaze import DIRECTIONS, HEAD_SHARE, MOST, Look
from mien.performance.poses import DYNAMICS, State, playing, pose_of
from mien.queries import vad_point
from mien.text.suggest import did_you_mean
from mien_trainer.fault import TrainerError, brief

KEYS = ("label", "at", "vad", "intensity", "style", "sequence", "strength", "transition")
LOOK_KEYS = ("look", "head")
SHORTEST, LONGEST = 0.05, 60.0
"""Seconds of a transition."""

_LINE = 4096


class CueReader:
    """Reads lines in a thread of its own; the performance asks for what came."""

    def __init__(self, source: str, bank: Bank) -> None:
        """``source`` is the number of an open file descriptor, or the path of a pipe or a file.

        Raises:
            TrainerError: there is no such pipe or file.
        """
        if not source.isdecimal() and not Path(source).exists():
            raise TrainerError(f"{source}: there is no such pipe or file of cues")
        self._bank = bank
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._thread = threading.Thread(target=self._read, args=(source,), daemon=True)
        self._count = 0

    def start(self) -> None:
        """Begin to read; the thread ends with its pipe, or with the program."""
        self._thread.start()

    def waiting(self) -> Iterator[Move | Look]:
        """What came since the last time; what is no cue is told and left out."""
        from mien.cli.terminal import say

        while True:
            try:
                line = self._lines.get_nowait()
            except Empty:
                return
            try:
                self._count += 1
                yield cue_of(line, self._bank, self._count)
            except QueryError as error:
                say(f"cue left out: {error}", err=True)

    def _read(self, source: str) -> None:
        from mien.cli.terminal import say

        try:
            opened = int(source) if source.isdecimal() else source
            with open(opened, encoding="utf-8", errors="replace") as stream:  # noqa: PTH123
                while line := stream.readline(_LINE):
                    if line.strip():
                        self._lines.put(line)
        except OSError as error:
            say(f"no cues from {source}: {error.strerror}", err=True)


def cue_of(line: str, bank: Bank, number: int) -> Move | Look:
    """What a line asks for, to begin at once; ``number`` tells lines apart.

    Raises:
        QueryError: it is no JSON object, or the bank cannot show it.
    """
    try:
        value = cast("object", json.loads(line))
    except (ValueError, RecursionError):
        raise QueryError(f"{brief(line)} is no line of JSON") from None
    if not isinstance(value, dict):
        raise QueryError(f'{brief(line)}: expected an object such as {{"label": "joy"}}')
    cue = cast("dict[str, Any]", value)
    known = LOOK_KEYS if "look" in cue else KEYS
    for key in cue:
        if key not in known:
            raise QueryError(f"there is no key {key[:40]!r}; {did_you_mean(key, known)}")
    return _look(cue) if "look" in cue else _move(cue, bank, number)


def _look(cue: Mapping[str, Any]) -> Look:
    look: object = cue["look"]
    way = DIRECTIONS.get(look) if isinstance(look, str) else look
    found = cast("list[object] | tuple[object, ...]", way) if isinstance(way, list | tuple) else ()
    numbers = list(found)
    if len(numbers) != 2:
        raise QueryError(f"look is {brief(look)}, expected {', '.join(DIRECTIONS)} or two degrees")
    pair = {"yaw": numbers[0], "pitch": numbers[1]}
    yaw, pitch = (_number(pair, name, 0.0, -MOST, MOST) for name in pair)
    return Look(start=0, yaw=yaw, pitch=pitch, head=_number(cue, "head", HEAD_SHARE, 0.0, 1.0))


def _move(cue: Mapping[str, Any], bank: Bank, number: int) -> Move:
    label = cue.get("label")
    if not isinstance(label, str | Mapping | None):
        raise QueryError(f"label is {brief(label)}, expected a label or weights of labels")
    if cue.get("style") is not None and not isinstance(label, str):
        raise QueryError("a style belongs to one label; a mixture has none")
    state = State(
        label=cast("str | Mapping[str, float] | None", label),
        at=cue.get("at"),
        vad=None if cue.get("vad") is None else vad_point(cue["vad"]),
        intensity=cue.get("intensity"),
        style=cue.get("style"),
        strength=_number(cue, "strength", 1.0, 0.0, 1.0),
    )
    length = ticks(_number(cue, "transition", 0.4, SHORTEST, LONGEST))
    pose = pose_of(bank, state)
    sequence = cue.get("sequence")
    if sequence is None:
        return Move(start=0, length=length, pose=pose)
    timeline = bank.timelines.get(label) if isinstance(label, str) else None
    if timeline is None or not isinstance(sequence, str):
        shown = label if isinstance(label, str) else "a mixture"
        raise QueryError(f"no sequence {brief(sequence)}: {brief(shown)} has no timeline")
    at = state.at if state.at in bank.intensities else None
    clip = timeline.clip(None if sequence == DYNAMICS else sequence, at)
    return Move(start=0, length=length, pose=playing(pose, number), clip=clip)


def _number(cue: Mapping[str, Any], key: str, default: float, low: float, high: float) -> float:
    value: object = cue.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise QueryError(f"{key} is {brief(value)}, expected a number from {low:g} to {high:g}")
    return float(value)
