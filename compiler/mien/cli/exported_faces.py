"""The faces that are asked of `mien export`: which, and how."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import evolve

from mien.bank import Bank
from mien.errors import QueryError
from mien.formats.faces import Face, FaceSet
from mien.formats.vmc_presets import preset_weights
from mien.gltf.vrm import EMOTIONS
from mien.queries import unknown
from mien.text.suggest import aliases


def face_set(
    bank: Bank,
    labels: tuple[str, ...] = (),
    at: tuple[str, ...] = (),
    *,
    styles: bool = False,
    speaking: float = 0.0,
) -> FaceSet:
    """Faces of a bank in its order: those of ``labels`` and ``at``, else all.

    Raises:
        QueryError: a name that the bank does not have.
    """
    for label in labels:
        bank.styles(label)  # refuses a label that is not there
    chosen = [label for label in bank.labels if not labels or label in labels]
    known = [*bank.intensities, *(style for label in chosen for style in bank.styles(label))]
    for name in at:
        if name not in known:
            unknown("intensity or style", name, known)

    def faces() -> Iterator[Face]:
        for label in chosen:
            for name in (*bank.intensities, *bank.styles(label)):
                style = name not in bank.intensities
                if (styles and style) or (name in at if at else not style):
                    yield _face(bank, label, name, style=style, speaking=speaking)

    return FaceSet(
        bank=bank.id,
        version=bank.version,
        artifact=bank.digest,
        channels=bank.channels,
        faces=tuple(faces()),
        speaking=speaking,
    )


def with_presets(bank: Bank, faces: FaceSet, presets: tuple[str, ...]) -> FaceSet:
    """The faces with what speech leaves of each, and those of presets.

    ``presets`` are written ``happy=joy@high``, or ``none``; () for those that the labels' aliases
    name, at the last intensity.

    Raises:
        QueryError: a name that the bank, or VRM, does not have.
    """
    chosen = () if presets == ("none",) else _points(bank, presets)
    named: list[tuple[str, Face]] = []
    for name, label, at in chosen:
        if name not in EMOTIONS:
            unknown("preset", name, EMOTIONS)
        style = at in bank.styles(label)
        if not style and at not in bank.intensities:
            unknown("intensity or style", at, [*bank.intensities, *bank.styles(label)])
        face = _face(bank, label, at, style=style, speaking=faces.speaking)
        named.append((name, _spoken(bank, face)))
    own = tuple(_spoken(bank, face) for face in faces.faces)
    return evolve(faces, faces=own, presets=tuple(named))


def _points(bank: Bank, presets: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Preset, label and point."""
    if not presets:
        labels = {name: label for label, words in aliases(bank.labels).items() for name in words}
        for name in EMOTIONS:
            if name in labels or name in bank.labels:
                yield name, labels.get(name, name), bank.intensities[-1]
    for one in presets:
        name, equals, face = one.partition("=")
        label, _, at = face.partition("@")
        if not (equals and label):
            raise QueryError(f"found {one!r}, expected a preset and a label: happy=joy@high")
        yield name, label, at or bank.intensities[-1]


def by_presets(faces: FaceSet) -> FaceSet:
    """The faces by the presets that stand in for channels on a VRM that has nothing else."""

    def coarse(face: Face) -> dict[str, float]:
        return preset_weights(faces.weights_of(face), old=False)

    own = [
        evolve(face, weights=np.array(list(coarse(face).values()), dtype=np.float32))
        for face in faces.faces
    ]
    return evolve(faces, channels=tuple(preset_weights({}, old=False)), faces=tuple(own))


def _face(bank: Bank, label: str, name: str, *, style: bool, speaking: float) -> Face:
    own = name if style else None
    weights = bank.face(label, at=name, style=own, speech=speaking)
    return Face(label=label, at=name, style=style, weights=weights)


def _spoken(bank: Bank, face: Face) -> Face:
    """The face with what is left of it while all of the mouth is left to speech."""
    spoken = _face(bank, face.label, face.at, style=face.style, speaking=1.0)
    return evolve(face, spoken=spoken.weights)


def without_mouth(bank: Bank, faces: FaceSet) -> FaceSet:
    """The channels that no viseme writes."""
    kept = [kind == "EXPRESSION" for kind in bank.tables.classes]
    names = tuple(name for name, keep in zip(bank.channels, kept, strict=True) if keep)
    presets = tuple((name, _kept(face, kept)) for name, face in faces.presets)
    own = tuple(_kept(face, kept) for face in faces.faces)
    return evolve(faces, channels=names, faces=own, presets=presets)


def _kept(face: Face, kept: list[bool]) -> Face:
    spoken = None if face.spoken is None else face.spoken[kept]
    return evolve(face, weights=face.weights[kept], spoken=spoken)
