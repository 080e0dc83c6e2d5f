"""The labels file of a folder of takes: what a person says of each recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from attrs import field, frozen

from mien.authored.documents import parse
from mien.authored.validate import validate
from mien.errors import SourceError
from mien.text.fault import Fault
from mien.text.files import shown_path
from mien.text.node import Node, plain
from mien.text.place import Place
from mien.text.suggest import did_you_mean
from mien.text.where import key_place, path_text, value_place
from mien_trainer.speech.labels_table import parse_labels_csv
from mien_trainer.speech.source import Split

SCHEMA = "mien/takes/1"
STEM = "labels"
"""The file is called ``labels.yaml``, ``labels.yml``, ``labels.json`` or ``labels.csv``."""

_SUFFIXES = (".yaml", ".yml", ".json", ".csv")


@frozen(kw_only=True)
class TakeLabel:
    """What is said of one take.

    ``split`` is None where it was left to us. ``offset`` is where the sound begins on the clock of
    the curves, in seconds. ``rate`` is the curves' frames a second where their timecode does not
    tell it; else None. ``place`` is where the take stands in the labels file.
    """

    label: str
    voice: str
    licence: str
    place: Place
    intensity: str | None = field(default=None)
    text: str = field(default="")
    split: Split | None = field(default=None)
    offset: float = field(default=0.0)
    rate: float | None = field(default=None)


def find_labels(folder: Path) -> Path | None:
    """The labels file of ``folder``; the first of its possible names that is there."""
    paths = (folder / (STEM + suffix) for suffix in _SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def read_labels(path: Path, known: Sequence[str] = ()) -> Mapping[str, TakeLabel]:
    """What the labels file says, by take, in the order of the file.

    ``known`` are the labels of the bank; without them any name is taken for one.

    Raises:
        SourceError: with every fault of the file.
    """
    root = _document(path)
    faults = validate(root, "takes") or list(_meaning(root, known))
    if faults:
        raise SourceError(faults)
    data = _mapping(root)
    shared: dict[str, Any] = {key: data[key] for key in ("voice", "licence") if key in data}
    takes = cast("dict[str, dict[str, Any]]", data["takes"])
    return {
        name: _record({**shared, **take}, key_place(root, ("takes", name)))
        for name, take in takes.items()
    }


def _document(path: Path) -> Node:
    if path.suffix == ".csv":
        return parse_labels_csv(path, SCHEMA)
    root, faults = parse(path, shown_path(path), path.parent.resolve())
    if root is None or faults:
        raise SourceError(faults)
    return root


def _meaning(root: Node, known: Sequence[str]) -> Iterator[Fault]:
    """What the schema cannot say: a voice and a licence for each take, labels that exist."""
    data = _mapping(root)
    for name, take in cast("dict[str, dict[str, Any]]", data["takes"]).items():
        for key in ("voice", "licence"):
            if key not in take and key not in data:
                yield Fault(
                    place=key_place(root, ("takes", name)),
                    path=path_text(("takes", name)),
                    code="missing-key",
                    message=f"the take has no {key}",
                    hint=f"give it one, or write {key} for all takes at the top of the file",
                )
        if known and take["label"] not in known:
            where = ("takes", name, "label")
            yield Fault(
                place=value_place(root, where),
                path=path_text(where),
                code="unknown-label",
                message=f"no label {take['label']!r}",
                hint=did_you_mean(str(take["label"]), known),
            )


def _mapping(root: Node) -> dict[str, Any]:
    return cast("dict[str, Any]", plain(root))


def _record(take: Mapping[str, Any], place: Place) -> TakeLabel:
    split, rate = take.get("split"), take.get("rate")
    return TakeLabel(
        label=str(take["label"]),
        voice=str(take["voice"]),
        licence=str(take["licence"]),
        place=place,
        intensity=take.get("intensity"),
        text=str(take.get("text", "")),
        split=None if split is None else Split(split),
        offset=float(take.get("offset", 0.0)),
        rate=None if rate is None else float(rate),
    )
