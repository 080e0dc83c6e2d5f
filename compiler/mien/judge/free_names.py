"""Which label a freely chosen name means, by reviewed lists alone: never by likeness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from mien import resources
from mien.authored.documents import read_valid
from mien.text.node import plain
from mien.text.suggest import Words, aliases, letters_of


def shipped_names() -> Path:
    """The list of names that ships."""
    return resources.presets() / "aliases" / "free-names.yaml"


def free_names(labels: Sequence[str], own: Words, more: Sequence[Path] = ()) -> Mapping[str, str]:
    """Each known name, as `simple` writes it, to the label of ``labels`` that it means.

    The labels themselves count first, then their aliases (the bank's ``own`` before those that
    ship), then the names of ``more`` in order, then those that ship. The files are ``mien/aliases``
    documents.

    Raises:
        SourceError: a file is not valid.
    """
    meant = {letters_of(label): label for label in labels}
    for label, words in aliases(labels, own).items():
        for word in words:
            meant.setdefault(letters_of(word), label)
    for path in (*more, shipped_names()):
        meant = {**dict(_listed(path, meant)), **meant}
    return meant


def _listed(path: Path, meant: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    data = cast("dict[str, dict[str, list[str]]]", plain(read_valid(path, "aliases")))
    for name, words in data["labels"].items():
        label = next((meant[one] for one in map(letters_of, (name, *words)) if one in meant), None)
        if label is not None:
            yield from ((letters_of(word), label) for word in words)
