"""A bank and heads to what judges make of its faces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

from mien.authored.bank import AuthoredBank
from mien.avatar.browser import AvatarError
from mien.avatar.draw import Facts, Shot, View
from mien.drawing.document import shipped_face
from mien.drawing.rig_weights import drawn_channels, drawn_weights, undrawn_sentence
from mien.judge.classifier import Classifier
from mien.judge.crop import Crop, FaceFrame, cut, pixels
from mien.judge.head import Head, same_names
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
from mien.judge.observer import Look, Observer, open_observer, thumbnail
from mien.judge.report import Measure, ReadFace, Report

F64 = npt.NDArray[np.float64]
Weights = Mapping[str, float]
T = TypeVar("T")

SCALES = (0.93, 1.0, 1.07)
"""A classifier's answer hangs on how a face is cut out; the mean over a few crops does less."""


@frozen(kw_only=True)
class _Shots:
    """Everything to draw: the face at rest, the archetypes, and each channel alone."""

    faces: tuple[Face, ...]
    weights: tuple[Weights, ...]
    alone: tuple[Weights, ...]

    @property
    def all(self) -> tuple[Weights, ...]:
        return ({}, *self.weights, *self.alone)


@frozen(kw_only=True)
class JudgedHead:
    """One head: MediaPipe's report, and by classifier the scores of the faces and of rest.

    Scores are (7,) in the order of `BASIC`, means over the views.
    """

    report: Report
    rest: Mapping[str, tuple[float, ...]] = field(factory=dict[str, tuple[float, ...]])
    scores: Mapping[str, Mapping[Face, tuple[float, ...]]] = field(
        factory=dict[str, Mapping[Face, tuple[float, ...]]]
    )


def count_pictures(bank: AuthoredBank, heads: Sequence[Head]) -> int:
    """How many pictures `judge_heads` takes."""
    faces = len(_faces_to_draw(bank, channels=len(heads) == 1).all)
    return sum(len(head.views) * faces for head in heads)


def judge_heads(
    bank: AuthoredBank,
    heads: Sequence[Head],
    classifiers: Mapping[str, Classifier],
    model: Path | None,
    step: Callable[[], None] = lambda: None,
) -> tuple[JudgedHead, ...]:
    """Draw the bank's archetypes on each head, and have each judge read the pictures.

    ``model`` is MediaPipe's; see `find_model`. ``step`` is called after every picture. On a single
    head each channel is drawn alone as well, and the report says which can be read back.

    Raises:
        AvatarError: a head cannot be used, or a browser, MediaPipe or its model is missing. Of
            several heads, all that cannot be used are named before anything long begins.
        PngUnavailableError: the drawn face needs an extra that is not installed.
        OSError: a head cannot be read.
    """
    if alike := same_names(heads):
        raise AvatarError(f"several heads are called {', '.join(alike)}: rename the files")
    with open_observer(model) as observer:
        if len(heads) > 1:
            _require_faces(heads, observer)
        shown = _faces_to_draw(bank, channels=len(heads) == 1)
        return tuple(_judge(bank, shown, head, observer, classifiers, step) for head in heads)


def _require_faces(heads: Sequence[Head], observer: Observer) -> None:
    faults: list[str] = []
    for head in heads:
        try:
            for one in head.draw([Shot(weights={})]):
                if not isinstance(one, Facts) and observer.look(one) is None:
                    raise _no_face(head)
        except AvatarError as error:
            faults.append(str(error))
    if faults:
        raise AvatarError("\n".join(faults))


def _no_face(head: Head) -> AvatarError:
    return AvatarError(f"MediaPipe finds no face in a picture of {head.name} at rest")


def _judge(
    bank: AuthoredBank,
    shown: _Shots,
    head: Head,
    observer: Observer,
    classifiers: Mapping[str, Classifier],
    step: Callable[[], None],
) -> JudgedHead:
    face, aliases = shipped_face(), bank.rig.aliases  # models have the drawn face's channels
    moved = {name: drawn_channels(face, name, aliases) for name in bank.rig.names}
    undrawn = [name for name, channels in moved.items() if not channels]
    if len(undrawn) == len(moved):
        raise AvatarError(undrawn_sentence(undrawn))
    driven_faces = [drawn_weights(face, weights, aliases).weights for weights in shown.all]
    read_names = [channels[0] if channels else name for name, channels in moved.items()]
    read = _read_back(driven_faces, head, observer, classifiers, read_names, step)
    remarks = (*read.facts.remarks, *([undrawn_sentence(undrawn)] if undrawn else ()))
    rest, *others = read.readings
    if rest is None:
        raise _no_face(head)
    count = len(shown.faces)
    named = tuple(zip(shown.faces, shown.weights, others[:count], strict=True))
    found = [(one, weights, row - rest) for one, weights, row in named if row is not None]
    faces = tuple(one for one, _, _ in found)
    changes = np.array([row for _, _, row in found])
    channels = bank.rig.names
    driven = np.array([[weights.get(name, 0.0) for name in channels] for _, weights, _ in found])
    alone = np.array([np.zeros_like(rest) if row is None else row - rest for row in others[count:]])
    still = frozenset(one.label for one, weights, _ in found if not any(weights.values()))
    pictures = dict(zip(shown.faces, read.pictures[1:], strict=False))
    report = Report(
        title=f"{bank.manifest.title} {bank.manifest.version}",
        avatar=head.name,
        facts=evolve(read.facts, remarks=remarks),
        views=len(head.views),
        labels=tuple(emotion.label for emotion in bank.emotions),
        channels=channels,
        faces=tuple(
            ReadFace(face=one, change=tuple(row.tolist()), picture=thumbnail(pictures[one]))
            for one, _, row in found
        ),
        undetected=tuple(one for one, _, row in named if row is None),
        euclid=_measure("Euclid", "", bank, faces, euclid(changes), still),
        angle=_measure("angle", "°", bank, faces, angle(changes), still),
        sights=channel_sights(channels, alone, driven, changes) if shown.alone else (),
    )
    return JudgedHead(
        report=report,
        rest={name: rows[0] for name, rows in read.scores.items()},
        scores={
            name: dict(zip(shown.faces, rows[1:], strict=False))
            for name, rows in read.scores.items()
        },
    )


@frozen(kw_only=True, eq=False)
class _Readings:
    """``readings`` (C,), a mean over the views, None where one shows no face; PNG ``pictures``.

    ``scores`` of a classifier: a row a face, means over the views.
    """

    facts: Facts
    readings: tuple[F64 | None, ...]
    scores: Mapping[str, tuple[tuple[float, ...], ...]]
    pictures: tuple[bytes, ...]


def _read_back(
    faces: Sequence[Weights],
    head: Head,
    observer: Observer,
    classifiers: Mapping[str, Classifier],
    channels: Sequence[str],
    step: Callable[[], None],
) -> _Readings:
    views = head.views
    shots = [Shot(weights=face, view=view) for view in views for face in faces]
    rows: list[F64 | None] = []
    scores: dict[str, list[F64]] = {name: [] for name in classifiers}
    pictures: list[bytes] = []
    rest: Look | None = None
    drawn = head.draw(shots)
    facts = next(drawn)
    for number, picture in enumerate(_pictures(drawn)):
        seen = observer.look(picture)
        if number % len(faces) == 0:
            rest = seen
            if rest is None:
                raise _no_face(head)
        if rest is not None:
            for name, row in _scores(classifiers, picture, rest.frame):
                scores[name].append(row)
        rows.append(
            None if seen is None else np.array([seen.weights.get(c, 0.0) for c in channels])
        )
        if number < len(faces):
            pictures.append(picture)
        step()
    if not isinstance(facts, Facts):
        raise AvatarError(f"{head.name} was drawn before it was described")
    return _Readings(
        facts=facts,
        readings=tuple(_mean(row) for row in zip(*_by_view(rows, views), strict=True)),
        scores={
            name: tuple(
                tuple(np.mean(row, axis=0).tolist())
                for row in zip(*_by_view(listed, views), strict=True)
            )
            for name, listed in scores.items()
        },
        pictures=tuple(pictures),
    )


def _pictures(drawn: Iterator[Facts | bytes]) -> Iterator[bytes]:
    return (one for one in drawn if not isinstance(one, Facts))


def _scores(
    classifiers: Mapping[str, Classifier], picture: bytes, rest: FaceFrame
) -> Iterator[tuple[str, F64]]:
    """Each classifier's scores, cut out about the face at rest: its head does not move."""
    if not classifiers:
        return
    image = pixels(picture)
    for name, classifier in classifiers.items():
        crop: Crop = classifier.crop(rest)
        parts = (cut(image, crop.scaled(scale), classifier.size) for scale in SCALES)
        mean: F64 = np.mean([classifier.scores(part) for part in parts], axis=0)
        yield name, mean


def _by_view(rows: Sequence[T], views: Sequence[View]) -> list[Sequence[T]]:
    count = len(rows) // len(views)
    return [rows[start : start + count] for start in range(0, len(rows), count)]


def _mean(readings: Sequence[F64 | None]) -> F64 | None:
    # A face missed in one view would be averaged over other views than the face at rest.
    found = [reading for reading in readings if reading is not None]
    if len(found) < len(readings):
        return None
    mean: F64 = np.mean(found, axis=0)
    return mean


def _faces_to_draw(bank: AuthoredBank, *, channels: bool) -> _Shots:
    named = [
        (Face(label=emotion.label, intensity=intensity), emotion.archetypes[intensity])
        for emotion in bank.emotions
        for intensity in bank.manifest.intensities
    ]
    alone = bank.rig.names if channels else ()
    return _Shots(
        faces=tuple(face for face, _ in named),
        weights=tuple(weights for _, weights in named),
        alone=tuple(single_channel_face(bank.rig, channel) for channel in alone),
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
