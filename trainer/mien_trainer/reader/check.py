"""All that is wrong with a recipe before any text is learnt: names, files, digests, readings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from mien.authored.documents import read_valid
from mien.authored.rig_checks import Complaints
from mien.errors import QueryError, SourceError
from mien.reading.readings import Readings, find_readings, read_readings
from mien.text.fault import Fault
from mien.text.node import Node, plain
from mien.text.node import Path as NodePath
from mien.text.regular_file import sha256_of
from mien.text.suggest import did_you_mean, nearest
from mien_trainer.reader.corpora import CORPUS
from mien_trainer.reader.recipe import sentence_file, shipped_sentences

_HERE = "recipes name files from the folder of the data (--data)"


def recipe_faults(path: Path, data: Path | None = None) -> tuple[Fault, ...]:
    """The faults of the recipe in the file ``path``, each at its line and column.

    With ``data``, the folder of its files, also those that are missing or have another digest.
    """
    try:
        root = read_valid(path, "reader", ())
    except SourceError as refusal:
        return refusal.faults
    complaints = Complaints(root=root)
    _check_sentences(root, path.parent, complaints)
    if data is not None:
        _check_files(root, data, complaints)
    try:
        readings = read_readings(find_readings(str(_plain(root)["readings"]), path.parent))
    except QueryError as error:
        complaints.at_value(("readings",), "recipe-file", str(error))
    except SourceError as refusal:
        return (*complaints.faults, *refusal.faults)
    else:
        _check_corpora(root, readings, complaints)
    return tuple(complaints.faults)


def _plain(root: Node) -> dict[str, object]:
    return cast("dict[str, object]", plain(root))


def _check_sentences(root: Node, folder: Path, complaints: Complaints) -> None:
    for i, name in enumerate(cast("list[str]", _plain(root).get("sentences", []))):
        if not sentence_file(name, folder).is_file():
            hint = did_you_mean(name, shipped_sentences())
            complaints.at_value(
                ("sentences", i), "recipe-file", f"there are no sentences {name}", hint
            )


def _check_corpora(root: Node, readings: Readings, complaints: Complaints) -> None:
    corpora = cast("list[dict[str, object]]", _plain(root)["corpora"])
    for i, corpus in enumerate(corpora):
        name, names = str(corpus["name"]), cast("list[str]", corpus["names"])
        known = readings.corpora.get(name)
        if known is None:
            message = f"{readings.path.name} says nothing of the corpus {name}"
            hint = did_you_mean(name, list(readings.corpora))
            complaints.at_value(("corpora", i, "name"), "recipe-unread", message, hint)
            continue
        for j, one in enumerate(names):
            if one not in known:
                message = f"{readings.path.name} does not say what {one} of {name} means"
                close = nearest(one, [other for other in known if other not in names])
                hint = f"it has {close}, which {name} has not" if close else "add its reading"
                place: NodePath = ("corpora", i, "names", j)
                complaints.at_value(place, "recipe-unread", message, hint)


def _check_files(root: Node, data: Path, complaints: Complaints) -> None:
    for path, file, digest in _files(_plain(root)):
        try:
            found = sha256_of(data / file, CORPUS)
        except OSError as error:
            what = (error.strerror or "cannot be read").lower()
            complaints.at_value((*path, "file"), "recipe-file", f"{data / file}: {what}", _HERE)
            continue
        if found != digest:
            message = f"{data / file} has sha256 {found}"
            hint = "it is another file than the recipe was written for"
            complaints.at_value((*path, "sha256"), "recipe-digest", message, hint)


def _files(value: object, path: NodePath = ()) -> Iterator[tuple[NodePath, str, str]]:
    """Every part of the data: where the recipe names it, its file and its sha256."""
    if isinstance(value, list):
        for i, one in enumerate(cast("list[object]", value)):
            yield from _files(one, (*path, i))
    elif isinstance(value, dict):
        record = cast("dict[str, object]", value)
        if "file" in record and "sha256" in record:
            yield path, str(record["file"]), str(record["sha256"])
        for key, one in record.items():
            yield from _files(one, (*path, key))
