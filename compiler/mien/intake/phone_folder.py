"""The folders that the Live Link Face app leaves: which of their files are takes, and which not.

A take is ``<slate>_<number>_<subject>.csv`` with its film ``.mov``; a calibrated one is
``_cal.csv`` beside ``_raw.csv`` and ``_neutral.csv``. The rest (``take.json``, ``frame_log.csv``,
...) describes it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from attrs import evolve, frozen

from mien.formats.arkit import arkit_channels
from mien.formats.channel_table import is_other_table
from mien.text.fault import refusal
from mien.text.files import shown_path
from mien.text.regular_file import SOURCE, read_regular

_DEPTH = 2
"""Folders of takes lie in the folder that is named, or in a folder in it."""

_CURVES, _FILM = ".csv", ".mov"
_CALIBRATED, _RAW, _NEUTRAL = "_cal", "_raw", "_neutral"
_FACTS = "take.json"
_DEPTHS = "depth_data.bin"
_LOGS = frozenset({"frame_log", "labels"})
"""Tables that hold no face: the app's log, and the labels of a folder of takes."""

_WHY: Mapping[str, str] = {
    "raw": "not calibrated, and there is a calibrated one",
    "neutral": "the face at rest that calibrates the take",
    "log": "a log",
    "film": "no curves go with it",
    "table": "its first line names nothing of a face",
}


@frozen(kw_only=True)
class PhoneTake:
    """A take: its ``name``, the file of its ``curves``, and the ``film`` with its sound, if any.

    ``calibrated`` is None where the take was never calibrated; ``facts`` are those of take.json.
    """

    name: str
    curves: Path
    film: Path | None
    calibrated: bool | None
    facts: Facts


@frozen(kw_only=True)
class Facts:
    """What take.json says: the number of frames, the phone and the date; None or "" if nothing."""

    frames: int | None = None
    device: str = ""
    date: str = ""


@frozen(kw_only=True)
class PhoneFolder:
    """The takes of a folder in the order of their names, and the files left out, with reasons."""

    takes: tuple[PhoneTake, ...]
    ignored: tuple[tuple[Path, str], ...]


def phone_folder(folder: Path, channels: Sequence[str] | None = None) -> PhoneFolder:
    """What lies in ``folder`` and in the folders in it; files with a dot before them do not count.

    A table without any of ``channels``, which are ARKit's if none are given, is no take.

    Raises:
        SourceError: the folder cannot be read, or no take is in it.
    """
    found: list[PhoneTake] = []
    ignored: list[tuple[Path, str]] = []
    for one in _folders(folder, _DEPTH):
        takes, left_out = _takes(one, channels or arkit_channels())
        found += takes
        ignored += left_out
    if not found:
        hint = "expected a take such as MySlate_1_iPhone.csv, as the app Live Link Face leaves it"
        if any((one / _DEPTHS).exists() for one in _folders(folder, _DEPTH)):
            hint = "it was recorded for MetaHuman Animator, without curves: record in ARKit mode"
        raise refusal(shown_path(folder), "no-take", "there is no take in this folder", hint)
    return PhoneFolder(takes=tuple(_apart(found)), ignored=tuple(ignored))


def _folders(folder: Path, depth: int) -> Iterator[Path]:
    yield folder
    if depth:
        for name in _listed(folder):
            inner = folder / name
            if inner.is_dir() and not inner.is_symlink():
                yield from _folders(inner, depth - 1)


def _listed(folder: Path) -> list[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208  names are enough
    except OSError as error:
        message = f"the folder cannot be read: {(error.strerror or 'unknown reason').lower()}"
        raise refusal(
            shown_path(folder), "folder-unreadable", message, "check its permissions"
        ) from None
    return sorted(name for name in names if not name.startswith("."))


def _takes(folder: Path, channels: Sequence[str]) -> tuple[list[PhoneTake], list[tuple[Path, str]]]:
    files = [folder / name for name in _listed(folder) if not (folder / name).is_dir()]
    films = {one.stem.casefold(): one for one in files if one.suffix.lower() == _FILM}
    tables = {one.stem: one for one in files if one.suffix.lower() == _CURVES}
    ignored: list[tuple[Path, str]] = []
    curves: dict[str, tuple[Path, bool | None]] = {}
    for stem, path in tables.items():
        base, kind = _kind(stem)
        if stem.casefold() in _LOGS or kind == "neutral":
            ignored.append((path, _WHY["neutral" if kind else "log"]))
        elif kind == "raw" and f"{base}{_CALIBRATED}" in tables:
            ignored.append((path, _WHY["raw"]))
        elif not (kind or stem.casefold() in films) and is_other_table(path, channels):
            ignored.append((path, _WHY["table"]))
        else:
            curves[base] = (path, {"calibrated": True, "raw": False}.get(kind))
    facts = _facts(folder / _FACTS)
    for base in [base for base in curves if curves[base][0].stem == f"{base}{_CALIBRATED}"]:
        if base in tables:  # an older app leaves both under these names
            ignored.append((tables[base], _WHY["raw"]))
    takes = [
        PhoneTake(
            name=base,
            curves=path,
            film=films.pop(base.casefold(), None),
            calibrated=calibrated,
            facts=facts if len(curves) == 1 else Facts(),
        )
        for base, (path, calibrated) in sorted(curves.items())
    ]
    ignored += [(film, _WHY["film"]) for film in films.values()]
    return takes, sorted(ignored)


def _kind(stem: str) -> tuple[str, str]:
    """The name of the take and what the table is to it; "" for the take's only one."""
    for ending, kind in ((_CALIBRATED, "calibrated"), (_RAW, "raw"), (_NEUTRAL, "neutral")):
        if stem.endswith(ending) and stem != ending:
            return stem.removesuffix(ending), kind
    return stem, ""


def _facts(path: Path) -> Facts:
    """Facts never stand in a take's way: what cannot be read says nothing."""
    try:
        data: object = json.loads(read_regular(path, SOURCE))
    except (OSError, ValueError, RecursionError):
        return Facts()
    if not isinstance(data, dict):
        return Facts()
    found = cast("Mapping[str, object]", data)
    frames = found.get("frames")
    return Facts(
        frames=frames if isinstance(frames, int) else None,
        device=_text(found.get("deviceModel")),
        date=_text(found.get("date")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _apart(takes: Iterable[PhoneTake]) -> Iterator[PhoneTake]:
    """Each take under a name of its own: its folder's goes before it where two are called alike."""
    listed = sorted(takes, key=lambda one: (one.name, one.curves.as_posix()))
    names = Counter(one.name for one in listed)
    for one in listed:
        parent = one.curves.parent.name
        yield one if names[one.name] == 1 else evolve(one, name=f"{parent}_{one.name}")
