"""Faces of a bank on their way into files of other programs: all in one, or each as a clip.

Dimension letter: C channels.
"""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from attrs import evolve, frozen

from mien.errors import QueryError
from mien.formats.arkit import unspelled
from mien.formats.registry import Format
from mien.formats.take import F32, F64, Take
from mien.text.atomic import draft_folder, sync_folder, write_atomic

SIDECAR = "mien.json"
"""What tells where the files of a folder come from; ``.mien.json`` ends that of a single file."""


@frozen(kw_only=True, eq=False)
class Face:
    """One face: weights (C,) in [0, 1]. ``at`` is an intensity, or a style where ``style``.

    ``spoken`` (C,) is the face while all of the mouth is left to speech, where that is asked for.
    """

    label: str
    at: str
    style: bool
    weights: F32
    spoken: F32 | None = None

    @property
    def name(self) -> str:
        """As files and curves call it: ``joy_high``."""
        return f"{self.label}_{self.at}"


@frozen(kw_only=True, eq=False)
class FaceSet:
    """Faces of one bank; ``artifact`` is the sha256 in hex of its artifact.

    ``channels`` name the weights. ``speaking`` in [0, 1] is how much of the mouth was left to
    speech. ``request`` is what was asked of `mien export`, in its own words. ``presets`` are faces
    that stand under names which a format has for emotions.
    """

    bank: str
    version: str
    artifact: str
    channels: tuple[str, ...]
    faces: tuple[Face, ...]
    speaking: float = 0.0
    request: str = ""
    presets: tuple[tuple[str, Face], ...] = ()

    @property
    def source(self) -> str:
        """What the files are made from, in words."""
        asked = f", {self.request}" if self.request else ""
        return f"{self.bank} {self.version}, artifact {self.artifact}{asked}"

    @property
    def facts(self) -> dict[str, str | float]:
        """What files say first: whose faces they are, and how much of the mouth was left."""
        return {
            "bank": self.bank,
            "version": self.version,
            "artifact": self.artifact,
            "speaking": self.speaking,
        }

    def weights_of(self, face: Face, weights: F32 | None = None) -> dict[str, float]:
        """The weights of a face by name, or others (C,), each as short as float32 allows."""
        own = face.weights if weights is None else weights
        pairs = zip(self.channels, own, strict=True)
        return {name: float(str(weight)) for name, weight in pairs}

    def moved(self, face: Face) -> dict[str, float]:
        """The weights of a face that are not at rest, by name."""
        return {name: weight for name, weight in self.weights_of(face).items() if weight}

    def completed(self) -> FaceSet:
        """The same with every channel of ARKit, those that no channel spells at rest."""
        missing = unspelled(self.channels)
        rest = np.zeros(len(missing), dtype=np.float32)
        faces = (evolve(face, weights=np.append(face.weights, rest)) for face in self.faces)
        return evolve(self, channels=(*self.channels, *missing), faces=tuple(faces))


@frozen(kw_only=True)
class ClipTimes:
    """How long a clip comes in from rest, holds the face and goes out, in seconds."""

    fade_in: float = 0.25
    hold: float = 1.5
    fade_out: float = 0.35
    rate: float = 60.0


def clip_of(faces: FaceSet, face: Face, times: ClipTimes, *, sampled: bool) -> Take:
    """The take of one face: a row where the movement turns, or for every frame if ``sampled``.

    The movement of a sampled clip turns on the frames that are nearest to its times, so that it
    reaches the face, and rest, exactly.
    """
    moments = np.cumsum([0.0, times.fade_in, times.hold, times.fade_out])
    frames = np.rint(moments * times.rate).astype(np.int64)
    if sampled:
        moments = frames / times.rate
    steps = np.diff(moments) > 0.0
    kept = np.array([steps[0], True, steps[1], steps[2]])
    levels = np.array([0.0, 1.0, 1.0, 0.0])
    keys = _take(faces, face, times.rate, moments[kept], levels[kept])
    if not sampled:
        return keys
    grid = np.arange(frames[-1] + 1, dtype=np.float64) / times.rate
    return evolve(keys, times=grid, weights=keys.weights_at(grid))


def write_faces(
    form: Format, faces: FaceSet, path: Path, times: ClipTimes | None = None, mesh: str = ""
) -> tuple[Path, ...]:
    """Write faces into the file ``path``, or clips of them into the folder ``path``.

    A single face may be written into a file of the format's ending. Beside a file that cannot say
    what it was made from, and in every folder, lies a sidecar that does. Each file is written as a
    whole or not at all; a folder that is not there yet appears with all that it holds.

    Returns:
        The files, the sidecar last.

    Raises:
        QueryError: ``path`` does not go with the format, or there is no face.
        OSError: something cannot be written.
    """
    if not faces.faces:
        raise QueryError("there is no face to write")
    is_file = path.suffix.lower() == form.suffix
    if form.table and not is_file:
        raise QueryError(f"{path}: expected a name that ends in {form.suffix}")
    if is_file and not form.table and len(faces.faces) > 1:
        raise QueryError(
            f"{path}: {form.title} holds one face a file and these are {len(faces.faces)}: "
            "give a folder, or choose one face by its label and point"
        )
    files = rendered(form, faces, times, mesh)
    if is_file:
        return _write_file(form, faces, path, next(iter(files.values())))
    return _write_folder(form, faces, path, files)


def rendered(
    form: Format, faces: FaceSet, times: ClipTimes | None = None, mesh: str = ""
) -> dict[str, bytes]:
    """The bytes of each file by its name in a folder; of a table there is one.

    Raises:
        QueryError: two faces have one name.
    """
    names = [face.name for face in faces.faces]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise QueryError(f"two faces are called {twice}: choose fewer by label and point")
    chosen = faces.completed() if form.whole else faces
    if form.table:
        return {f"faces{form.suffix}": form.encode_faces(chosen)}
    spent = times or ClipTimes()
    return {
        f"{face.name}{form.suffix}": form.encode(
            clip_of(chosen, face, spent, sampled=form.sampled), mesh
        )
        for face in chosen.faces
    }


def left_over(form: Format, folder: Path, names: Collection[str]) -> tuple[Path, ...]:
    """Files in ``folder`` that end as the format's do and are none of ``names`` and no sidecar."""
    there = sorted(one for one in folder.iterdir() if one.suffix.lower() == form.suffix)
    others = (one for one in there if one.name not in names and one.is_file())
    return tuple(one for one in others if not one.name.endswith(SIDECAR))


def _take(faces: FaceSet, face: Face, rate: float, moments: F64, levels: F64) -> Take:
    return Take(
        rate=rate,
        channels=faces.channels,
        times=moments,
        weights=(levels[:, np.newaxis] * face.weights).astype(np.float32),
        name=face.name,
        source=f"{face.name} of {faces.source}",
    )


def _sidecar(form: Format, faces: FaceSet, files: Mapping[str, bytes]) -> bytes:
    facts = {
        **faces.facts,
        "format": form.name,
        "source": faces.source,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    return (json.dumps(facts, indent=2) + "\n").encode()


def _write_file(form: Format, faces: FaceSet, path: Path, data: bytes) -> tuple[Path, ...]:
    write_atomic(path, data)
    if form.sourced:
        return (path,)
    beside = path.with_name(f"{path.name}.{SIDECAR}")
    write_atomic(beside, _sidecar(form, faces, {path.name: data}))
    return (path, beside)


def _write_folder(
    form: Format, faces: FaceSet, folder: Path, clips: Mapping[str, bytes]
) -> tuple[Path, ...]:
    files = {**clips, SIDECAR: _sidecar(form, faces, clips)}
    if folder.exists():
        for name, data in files.items():
            write_atomic(folder / name, data)
    else:
        if not folder.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(folder.parent))
        with draft_folder(folder) as draft:
            made = draft / folder.name  # made as folders usually are: the draft is closed to others
            made.mkdir()
            for name, data in files.items():
                write_atomic(made / name, data)
            made.rename(folder)
        sync_folder(folder.parent)
    return tuple(folder / name for name in files)
