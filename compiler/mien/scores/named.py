"""A score read with all that is wrong with it: what it names and is not there, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from mien.authored.documents import parse
from mien.authored.rig_checks import Complaints
from mien.errors import MienError, SourceError
from mien.resolve import load_tables, own_aliases, resolve
from mien.scores.read import bank_name, read_score
from mien.scores.record import Score
from mien.text.fault import Fault
from mien.text.files import shown_path
from mien.text.node import Path as NodePath
from mien.text.node import plain
from mien.text.suggest import label_hint


def read_named(path: Path, *, bank: str | None = None, sound: bool = True) -> Score:
    """As `read_score`; where the form is wrong, names that are not there are faults as well.

    ``bank`` stands in for the score's own; without ``sound`` its sound is not asked for.

    Raises:
        SourceError: with every fault of the file.
    """
    try:
        return read_score(path)
    except SourceError as refusal:
        missing = _missing_names(path, bank, sound=sound)
        raise SourceError([*refusal.faults, *missing]) from None


def _missing_names(path: Path, given: str | None, *, sound: bool) -> list[Fault]:
    """The labels and the sound that a score names and that are not there, its form aside."""
    root, faults = parse(path, shown_path(path), path.resolve().parent)
    data = None if root is None or faults else plain(root)
    if root is None or not isinstance(data, dict):
        return []
    document = cast("dict[str, object]", data)
    complaints = Complaints(root=root)
    audio = document.get("audio")
    if sound and isinstance(audio, str) and not (path.parent / audio).exists():
        complaints.at_value(
            ("audio",), "bad-sound", f"{path.parent / audio}: there is no such file"
        )
    bank = given or bank_name(str(document.get("bank", "default")), path.parent)
    try:
        source = resolve(bank)
        tables, own = load_tables(source), own_aliases(source)
    except MienError as error:
        if given is not None:
            raise
        complaints.at_value(("bank",), "unknown-bank", str(error))
        return complaints.faults
    labels = tuple(one.label for one in tables.labels)
    for where, name in _labels(document):
        if name not in labels:
            hint = label_hint(name, labels, own)
            complaints.at_value(where, "unknown-label", f"no label {name!r}", hint)
    return complaints.faults


def _labels(document: dict[str, object]) -> Iterator[tuple[NodePath, str]]:
    cues = document.get("cues")
    states: list[tuple[NodePath, object]] = [(("start",), document.get("start"))]
    if isinstance(cues, list):
        states += [(("cues", at), cue) for at, cue in enumerate(cast("list[object]", cues))]
    for path, state in states:
        label = cast("dict[str, object]", state).get("label") if isinstance(state, dict) else None
        if isinstance(label, str):
            yield (*path, "label"), label
        elif isinstance(label, dict):
            for name in cast("dict[str, object]", label):
                yield (*path, "label", name), name
