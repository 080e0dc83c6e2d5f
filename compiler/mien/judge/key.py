"""The key of blind sheets: which face stands under which number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from mien.authored.documents import read_valid
from mien.errors import QueryError, SourceError
from mien.text.canonical import canonical
from mien.text.fault import fault_at
from mien.text.node import plain
from mien.text.suggest import did_you_mean, label_hint
from mien.versions import schema_name

if TYPE_CHECKING:
    from mien.authored.bank import AuthoredBank

KIND = "blind-key"


@frozen(kw_only=True)
class HiddenFace:
    """What an observer is not told; ``head`` is what the face is drawn on."""

    label: str
    intensity: str
    head: str


@frozen(kw_only=True)
class Key:
    """``faces`` by number, from 1; ``labels`` are the choices, all labels of the bank.

    ``aliases`` are the bank's own words for them. ``source`` says in words which bank it was,
    ``seed`` which order.
    """

    bank: str
    version: str
    source: str
    seed: int
    labels: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]
    intensities: tuple[str, ...]
    faces: Mapping[int, HiddenFace]

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads, in the order of their names."""
        return tuple(sorted({face.head for face in self.faces.values()}))

    @property
    def digest(self) -> str:
        """The sha256 of what the key says, which its answer forms carry."""
        return hashlib.sha256(canonical(cast("Any", key_json(self))).encode()).hexdigest()


def make_key(
    bank: AuthoredBank,
    *,
    source: str,
    heads: Sequence[str],
    seed: int = 0,
    labels: Sequence[str] = (),
    intensities: Sequence[str] = (),
) -> Key:
    """Number the archetypes of ``bank``, each on each head, in an order that ``seed`` chooses.

    The order is that of a digest, and so the same everywhere and for ever. Without ``labels`` or
    ``intensities`` all are taken.

    Raises:
        QueryError: the bank has no such label or intensity.
    """
    known = tuple(emotion.label for emotion in bank.emotions)
    for name in labels:
        if name not in known:
            raise QueryError(f"no label {name!r}: {label_hint(name, known, bank.aliases)}")
    for name in intensities:
        if name not in bank.manifest.intensities:
            hint = did_you_mean(name, bank.manifest.intensities)
            raise QueryError(f"no intensity {name!r}: {hint}")
    hidden = [
        HiddenFace(label=label, intensity=intensity, head=head)
        for head in heads
        for label in known
        if not labels or label in labels
        for intensity in bank.manifest.intensities
        if not intensities or intensity in intensities
    ]
    hidden.sort(key=lambda one: _rank(one, seed))
    return Key(
        bank=bank.manifest.id,
        version=bank.manifest.version,
        source=source,
        seed=seed,
        labels=known,
        aliases=dict(bank.aliases),
        intensities=bank.manifest.intensities,
        faces=dict(enumerate(hidden, 1)),
    )


def _rank(face: HiddenFace, seed: int) -> str:
    name = "\n".join((str(seed), face.head, face.label, face.intensity))
    return hashlib.sha256(name.encode()).hexdigest()


def key_json(key: Key) -> dict[str, object]:
    """The document."""
    return {
        "schema": schema_name(KIND),
        "bank": key.bank,
        "version": key.version,
        "source": key.source,
        "seed": key.seed,
        "labels": list(key.labels),
        "aliases": {label: list(words) for label, words in key.aliases.items()},
        "intensities": list(key.intensities),
        "faces": {
            str(number): {"label": face.label, "intensity": face.intensity, "head": face.head}
            for number, face in key.faces.items()
        },
    }


def key_text(key: Key) -> str:
    """The file."""
    return json.dumps(key_json(key), indent=1, ensure_ascii=False) + "\n"


def read_key(path: Path) -> Key:
    """The key in a file that `key_text` gave.

    Raises:
        SourceError: it is none, or its faces have labels or intensities that it does not list.
    """
    root = read_valid(path, KIND)
    data = cast("dict[str, Any]", plain(root))
    faults = [
        fault_at(
            root,
            ("faces", number, name),
            "unknown-name",
            f"the key has no {name} {face[name]}",
            did_you_mean(face[name], data[known]),
        )
        for number, face in data["faces"].items()
        for name, known in (("label", "labels"), ("intensity", "intensities"))
        if face[name] not in data[known]
    ]
    if faults:
        raise SourceError(faults)
    return Key(
        bank=data["bank"],
        version=data["version"],
        source=data["source"],
        seed=data["seed"],
        labels=tuple(data["labels"]),
        aliases={label: tuple(words) for label, words in data["aliases"].items()},
        intensities=tuple(data["intensities"]),
        faces={int(number): HiddenFace(**face) for number, face in data["faces"].items()},
    )
