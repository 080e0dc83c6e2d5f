"""A score's file to its record, valid against ``schema/score.schema.json``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from mien.authored.documents import read_valid
from mien.performance.gaze import DIRECTIONS, HEAD_SHARE
from mien.performance.life import LifeSettings
from mien.performance.poses import State
from mien.scores.record import Cue, LipSettings, LookCue, Moment, Score
from mien.text.node import Node, plain
from mien.text.node import Path as NodePath

_Data = dict[str, Any]


def read_score(path: Path) -> Score:
    """The score in the file ``path``.

    Whether its bank, sound and lips are there, and its cues make sense, is for
    `mien.scores.prepare` to say.

    Raises:
        SourceError: with every fault of the file.
    """
    return score_of(read_valid(path, "score"), path)


def score_of(root: Node, path: Path) -> Score:
    """The score that the nodes of a valid document say, which stands in the file ``path``."""
    data = cast("_Data", plain(root))
    folder = path.parent
    lips: _Data | None = data.get("lips")
    start: _Data | None = data.get("start")
    cues = cast("list[_Data]", data.get("cues", []))
    looks = cast("list[_Data]", data.get("gaze", []))
    seconds = data.get("seconds")
    return Score(
        path=path,
        root=root,
        bank=bank_name(str(data.get("bank", "default")), folder),
        audio=_inside(folder, data.get("audio")),
        seconds=None if seconds is None else float(seconds),
        seed=int(data.get("seed", 0)),
        lips=None
        if lips is None
        else LipSettings(
            kind=str(lips["from"]),
            file=_inside(folder, lips.get("file")),
            text=lips.get("text"),
            network=_inside(folder, lips.get("network")),
        ),
        start=None if start is None else _state(start, ("start",)),
        cues=tuple(_cue(cue, ("cues", number)) for number, cue in enumerate(cues)),
        gaze=tuple(_look(look, ("gaze", number)) for number, look in enumerate(looks)),
        life=LifeSettings(**{name: float(one) for name, one in data.get("life", {}).items()}),
        rests=data.get("end", "rest") == "rest",
    )


def bank_name(name: str, folder: Path) -> str:
    """A bank's name as it stands; a path from the score's folder."""
    beside = folder / name
    return str(beside) if ("/" in name or name.startswith(".")) and beside.exists() else name


def _inside(folder: Path, name: str | None) -> Path | None:
    return None if name is None else folder / name


def _cue(data: _Data, path: NodePath) -> Cue:
    return Cue(
        moment=_moment(data),
        state=_state(data, path),
        sequence=data.get("sequence"),
        transition=float(data.get("transition", 0.4)),
    )


def _look(data: _Data, path: NodePath) -> LookCue:
    look = data["look"]
    yaw, pitch = DIRECTIONS[look] if isinstance(look, str) else (float(one) for one in look)
    head = float(data.get("head", HEAD_SHARE))
    return LookCue(path=path, moment=_moment(data), look=(yaw, pitch), head=head)


def _moment(data: _Data) -> Moment:
    time, word = data.get("time"), data.get("word")
    return Moment(
        time=None if time is None else float(time),
        word=None if word is None else str(word),
        shift=float(data.get("shift", 0.0)),
    )


def _state(data: _Data, path: NodePath) -> State:
    vad, intensity = data.get("vad"), data.get("intensity")
    label = data.get("label")
    if isinstance(label, dict):
        named = cast("dict[str, float]", label)
        label = {name: float(weight) for name, weight in named.items()}
    return State(
        path=path,
        label=label,
        at=data.get("at"),
        vad=None if vad is None else (float(vad[0]), float(vad[1]), float(vad[2])),
        intensity=None if intensity is None else float(intensity),
        style=data.get("style"),
        strength=float(data.get("strength", 1.0)),
    )
