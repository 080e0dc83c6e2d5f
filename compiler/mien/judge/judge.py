"""A bank and an avatar to what an observer makes of its faces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from mien.authored.bank import AuthoredBank
from mien.avatar.browser import AvatarError
from mien.avatar.draw import Facts, Shot, View, draw_faces
from mien.drawing.document import shipped_face
from mien.drawing.rig_weights import drawn_channels, drawn_weights, undrawn_sentence
from mien.judge.measures import (
    Face,
    angle,
    channel_sights,
    closest_pairs,
    confusion,
    euclid,
    single_channel_face,
    verdicts,
)
from mien.judge.observer import open_observer, thumbnail
from mien.judge.report import Measure, ReadFace, Report

F64 = npt.NDArray[np.float64]
Weights = Mapping[str, float]

SIZE = 480
"""Pixels a side of a picture."""

VIEWS = (View(), View(yaw=0.1), View(yaw=-0.1))
"""One picture's reading wobbles; the mean over a few turns of the head does much less."""


@frozen(kw_only=True)
class _Shots:
    """Everything to draw: the face at rest, the archetypes, and each channel alone."""

    faces: tuple[Face, ...]
    weights: tuple[Weights, ...]
    alone: tuple[Weights, ...]

    @property
    def all(self) -> tuple[Weights, ...]:
        return ({}, *self.weights, *self.alone)


def count_pictures(bank: AuthoredBank) -> int:
    """How many pictures `judge_bank` takes."""
    return len(VIEWS) * len(_faces_to_draw(bank).all)


def judge_bank(
    bank: AuthoredBank,
    avatar: Path,
    model: Path | None,
    step: Callable[[], None] = lambda: None,
) -> Report:
    """Draw the bank's archetypes on ``avatar``, read them back, and say which can be told apart.

    ``model`` is MediaPipe's; see `find_model`. ``step`` is called after every picture.

    Raises:
        AvatarError: the avatar cannot be used, or a browser, MediaPipe or its model is missing.
        OSError: the avatar cannot be read.
    """
    shown = _faces_to_draw(bank)
    face, aliases = shipped_face(), bank.rig.aliases  # models have the drawn face's channels
    moved = {name: drawn_channels(face, name, aliases) for name in bank.rig.names}
    undrawn = [name for name, channels in moved.items() if not channels]
    if len(undrawn) == len(moved):
        raise AvatarError(undrawn_sentence(undrawn))
    driven_faces = [drawn_weights(face, weights, aliases).weights for weights in shown.all]
    read_names = [channels[0] if channels else name for name, channels in moved.items()]
    read = _read_back(driven_faces, avatar, model, read_names, step)
    remarks = (*read.facts.remarks, *([undrawn_sentence(undrawn)] if undrawn else ()))
    rest, *others = read.readings
    if rest is None:
        raise AvatarError(f"MediaPipe finds no face in a picture of {avatar.name}")
    count = len(shown.faces)
    named = tuple(zip(shown.faces, shown.weights, others[:count], strict=True))
    found = [(face, weights, row - rest) for face, weights, row in named if row is not None]
    faces = tuple(face for face, _, _ in found)
    changes = np.array([row for _, _, row in found])
    channels = bank.rig.names
    driven = np.array([[weights.get(name, 0.0) for name in channels] for _, weights, _ in found])
    alone = np.array([np.zeros_like(rest) if row is None else row - rest for row in others[count:]])
    still = frozenset(face.label for face, weights, _ in found if not any(weights.values()))
    pictures = dict(zip(shown.faces, read.pictures[1:], strict=False))
    return Report(
        title=f"{bank.manifest.title} {bank.manifest.version}",
        avatar=avatar.name,
        facts=evolve(read.facts, remarks=remarks),
        views=len(VIEWS),
        labels=tuple(emotion.label for emotion in bank.emotions),
        channels=channels,
        faces=tuple(
            ReadFace(face=face, change=tuple(row.tolist()), picture=thumbnail(pictures[face]))
            for face, _, row in found
        ),
        undetected=tuple(face for face, _, row in named if row is None),
        euclid=_measure("Euclid", "", bank, faces, euclid(changes), still),
        angle=_measure("angle", "°", bank, faces, angle(changes), still),
        sights=channel_sights(channels, alone, driven, changes),
    )


@frozen(kw_only=True, eq=False)
class _Readings:
    """``readings`` (C,), a mean over the views, None where one shows no face; PNG ``pictures``."""

    facts: Facts
    readings: tuple[F64 | None, ...]
    pictures: tuple[bytes, ...]


def _read_back(
    faces: Sequence[Weights],
    avatar: Path,
    model: Path | None,
    channels: Sequence[str],
    step: Callable[[], None],
) -> _Readings:
    shots = [Shot(weights=face, view=view) for view in VIEWS for face in faces]
    rows: list[F64 | None] = []
    pictures: list[bytes] = []
    with open_observer(model) as observer:
        drawn = draw_faces(avatar, shots, size=SIZE, png=True)
        facts = next(drawn)
        for picture in drawn:
            if isinstance(picture, Facts):
                continue
            weights = observer.read(picture)
            rows.append(
                None if weights is None else np.array([weights.get(c, 0.0) for c in channels])
            )
            if len(pictures) < len(faces):
                pictures.append(picture)
            step()
    if not isinstance(facts, Facts):
        raise AvatarError(f"{avatar.name} was drawn before it was described")
    views = [rows[start : start + len(faces)] for start in range(0, len(rows), len(faces))]
    return _Readings(
        facts=facts,
        readings=tuple(_mean(row) for row in zip(*views, strict=True)),
        pictures=tuple(pictures),
    )


def _mean(readings: Sequence[F64 | None]) -> F64 | None:
    # A face missed in one view would be averaged over other views than the face at rest.
    found = [reading for reading in readings if reading is not None]
    if len(found) < len(readings):
        return None
    mean: F64 = np.mean(found, axis=0)
    return mean


def _faces_to_draw(bank: AuthoredBank) -> _Shots:
    named = [
        (Face(label=emotion.label, intensity=intensity), emotion.archetypes[intensity])
        for emotion in bank.emotions
        for intensity in bank.manifest.intensities
    ]
    return _Shots(
        faces=tuple(face for face, _ in named),
        weights=tuple(weights for _, weights in named),
        alone=tuple(single_channel_face(bank.rig, channel) for channel in bank.rig.names),
    )


def _measure(
    name: str,
    unit: str,
    bank: AuthoredBank,
    faces: tuple[Face, ...],
    distances: F64,
    still: frozenset[str],
) -> Measure:
    found = verdicts(faces, distances, left_out=still)
    return Measure(
        name=name,
        unit=unit,
        verdicts=found,
        confusion=confusion([emotion.label for emotion in bank.emotions], found),
        closest=closest_pairs(faces, distances),
    )
